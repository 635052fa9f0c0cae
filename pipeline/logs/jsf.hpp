#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/logs/recording.hpp"

namespace towfish {

/// Whether the bytes start as an EdgeTech JSF message does.
[[nodiscard]] bool looks_like_jsf(std::span<const std::byte> start) noexcept;

/// Reads EdgeTech JSF, protocol revisions up to 0x11: sonar data (message 80) of one subsystem, a message a
/// side, paired by ping number; NMEA, attitude, pressure, Doppler and situation messages fill in what sonar
/// messages leave out.
class JsfRecording final : public Recording {
 public:
  /// Throws InputError where there is no side-scan data, UsageError where `options` ask for what is not
  /// there.
  JsfRecording(std::unique_ptr<LogFile> file, const LogOptions& options);

  [[nodiscard]] bool next(RecordedPing& out) override;
  [[nodiscard]] std::optional<Mark> mark() const override;
  void rewind(const Mark& mark) override;
  [[nodiscard]] std::vector<const LogFile*> files() const override { return {file_.get()}; }
  [[nodiscard]] std::uint64_t position() const override { return offset_; }
  [[nodiscard]] const LogDescription& description() const override { return description_; }

 private:
  struct Message {
    std::uint64_t body_at = 0;
    std::uint8_t protocol = 0;
    std::uint16_t type = 0;
    std::uint8_t subsystem = 0;
    std::uint8_t channel = 0;
    std::uint32_t bytes = 0;  ///< Of the body.
  };
  /// A ping of which perhaps only one side has come so far.
  struct Half {
    std::uint32_t number = 0;
    RecordedPing ping;
    std::array<bool, 2> has{};
  };

  void survey(const LogOptions& options);
  [[nodiscard]] std::optional<Message> message_at(std::uint64_t at);
  [[nodiscard]] std::optional<Message> next_message();
  [[nodiscard]] std::optional<Message> resynchronise(std::uint64_t from);
  [[nodiscard]] bool leads_on(const Message& message);

  [[nodiscard]] static float frequency_khz(const Fields& fields, std::uint8_t protocol);
  [[nodiscard]] static bool is_projected(const Fields& fields);
  void take_sonar(const Message& message);
  [[nodiscard]] bool read_sonar(const Message& message, const Fields& fields, Side side, RecordedPing& out);
  void read_navigation(const Fields& fields, RecordedPing& out) const;
  void read_position(const Fields& fields, RecordedPing& out) const;
  void take_other(const Message& message);
  void take_nmea(const Fields& fields, std::uint32_t bytes, std::int64_t time_utc_ns);
  void take_attitude(const Fields& fields, std::int64_t time_utc_ns);
  void take_pressure(const Fields& fields);
  void take_doppler(const Fields& fields, std::int64_t time_utc_ns);
  void take_situation(const Fields& fields, std::int64_t time_utc_ns);
  void take_sound_speed(double mps);
  [[nodiscard]] Attitude& attitude_at(std::int64_t time_utc_ns);
  [[nodiscard]] bool ready() const;
  void hand_out(RecordedPing& out);

  std::unique_ptr<LogFile> file_;
  FileWindow window_;
  LogDescription description_;
  std::vector<std::uint8_t> subsystems_;  ///< By pair.
  std::uint8_t subsystem_ = 0;
  std::uint64_t offset_ = 0;
  std::deque<Half> waiting_;  ///< In order of their first message.
  std::string utm_zone_;
  std::optional<Fix> fix_;
  std::optional<Attitude> attitude_;
  Measured measured_;
  std::uint64_t sound_speed_mmps_ = 0;  ///< Last measured outside of the pings; 0: never. Part of the mark.
};

}  // namespace towfish
