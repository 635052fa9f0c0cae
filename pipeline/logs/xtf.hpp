#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "pipeline/logs/recording.hpp"
#include "pipeline/logs/xtf_header.hpp"

namespace towfish {

/// Reads eXtended Triton Format, revision 42 and what recorders made of it since 1998.
///
/// Klein multi-beam files hold one packet a beam: each beam is a ping here, in file order.
class XtfRecording final : public Recording {
 public:
  /// Throws InputError where there is no side-scan channel, UsageError where `options` ask for a pair or zone
  /// that does not exist.
  XtfRecording(std::unique_ptr<LogFile> file, const LogOptions& options);

  [[nodiscard]] bool next(RecordedPing& out) override;
  [[nodiscard]] std::optional<Mark> mark() const override { return Mark{offset_, 0}; }
  void rewind(const Mark& mark) override;
  [[nodiscard]] std::vector<const LogFile*> files() const override { return {file_.get()}; }
  [[nodiscard]] std::uint64_t position() const override { return offset_; }
  [[nodiscard]] const LogDescription& description() const override { return description_; }
  [[nodiscard]] bool port_order_varies() const override { return true; }

 private:
  struct Packet {
    std::uint64_t at = 0;
    std::uint8_t type = 0;
    std::uint16_t channels = 0;
    std::uint32_t bytes = 0;
  };
  /// One channel of a sonar packet: its header and where its samples lie within the packet.
  struct Channel {
    std::size_t info = 0;  ///< Index in header_.channels.
    Fields fields;
    std::uint64_t samples_at = 0;
    std::uint32_t samples = 0;
  };

  void describe(const LogOptions& options);
  void complete_description();
  [[nodiscard]] std::optional<Packet> packet_at(std::uint64_t at);
  [[nodiscard]] std::optional<Packet> next_packet();
  [[nodiscard]] bool leads_on(const Packet& packet);
  [[nodiscard]] bool holds_together(const Packet& packet);
  [[nodiscard]] bool plausible_date(const Packet& packet);
  [[nodiscard]] std::optional<Packet> resynchronise(std::uint64_t from);

  [[nodiscard]] bool read_ping(const Packet& packet, RecordedPing& out);
  void read_ping_header(const Fields& fields, RecordedPing& out) const;
  void read_position(const Fields& fields, RecordedPing& out) const;
  void read_attitude_tags(const Fields& fields, RecordedPing& out);
  [[nodiscard]] std::optional<Channel> channel_at(const Packet& packet, std::uint64_t at,
                                                  std::size_t position);
  /// Offset in the file of what follows the channel's samples.
  [[nodiscard]] std::uint64_t end_of(const Channel& channel) const;
  void place(const Channel& channel, Side side, RecordedPing& out);
  void read_navigation(const Packet& packet);
  void take_fix(std::int64_t time_utc_ns, double y, double x);
  [[nodiscard]] std::optional<std::array<double, 2>> degrees(double y, double x) const;

  std::unique_ptr<LogFile> file_;
  FileWindow window_;
  XtfHeader header_;
  LogDescription description_;
  std::vector<std::array<std::optional<std::size_t>, 2>> pairs_;  ///< Indices in header_.channels.
  std::vector<std::size_t> sidescan_;                             ///< Channels of type port or starboard.
  std::string utm_zone_;
  std::uint64_t offset_ = 0;

  std::optional<Fix> fix_;
  std::optional<Attitude> attitude_;
  std::optional<std::uint32_t> attitude_tag_ms_;  ///< Of attitude_, where it has no calendar time.
};

}  // namespace towfish
