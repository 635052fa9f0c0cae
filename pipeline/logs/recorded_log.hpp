#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "pipeline/logs/log.hpp"
#include "pipeline/logs/navigation.hpp"
#include "pipeline/logs/recording.hpp"

namespace towfish {

/// A Log over any Recording: numbers the pings, resolves navigation in a sliding window, brings samples to
/// one scale, and remembers marks along the way so that seek() reads little.
class RecordedLog final : public Log {
 public:
  /// Reads the first pings to find the scale of samples and the order of port. Throws InputError where there
  /// is none.
  RecordedLog(std::unique_ptr<Recording> recording, const LogOptions& options);

  [[nodiscard]] const PingPair* next() override;
  void read_trace(Side side, std::span<std::uint16_t> out) override;
  void seek(std::uint64_t number) override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return total_; }
  [[nodiscard]] std::vector<Fault> faults() const override { return recording_->fault_counter().faults(); }
  [[nodiscard]] const LogDescription& description() const override { return description_; }
  [[nodiscard]] std::optional<std::uint64_t> find_time(std::int64_t time_utc_ns) override;
  [[nodiscard]] std::string place_before(std::uint64_t number) const override;
  void learn_place(const std::string& place) override;
  [[nodiscard]] double progress() const override;
  [[nodiscard]] PositionFrom position_from() const override { return from_; }

 private:
  /// Where reading can start again with ping `number`, and what was carried along up to it.
  struct Checkpoint {
    std::uint64_t number = 0;
    Mark mark{};
    std::array<TraceGeometry, 2> held;
    std::int64_t latest_ns = kUnknownTime;  ///< Of all pings before.
  };

  void probe(const LogOptions& options);
  void choose_exponent(const std::vector<RecordedPing>& pings);
  void choose_port_order(const std::vector<RecordedPing>& pings, PortOrder wanted);
  [[nodiscard]] std::span<const std::byte> stored(const TraceBytes& trace);
  [[nodiscard]] std::span<const std::byte> trace_bytes(const TraceBytes& trace, std::span<std::uint16_t> out);
  /// Reads ping window_.end() into the window; false at the end of the log.
  bool pull();
  void refuse_absurd(RecordedPing& ping);
  void hold_geometry(RecordedPing& ping);
  void remember();
  [[nodiscard]] const Checkpoint& checkpoint_before(std::uint64_t number) const;
  void restart_at_or_before(std::uint64_t number);
  void restart(const Checkpoint& checkpoint);
  /// Brings everything into the window that resolving `number` needs; false past the end.
  bool load(std::uint64_t number);

  std::unique_ptr<Recording> recording_;
  LogDescription description_;
  std::vector<FileWindow> sample_windows_;
  std::optional<bool> port_far_to_nadir_;  ///< Empty: as the format has it.
  int exponent_ = 0;                       ///< counts = amplitude * 2^exponent

  NavigationWindow window_;
  std::array<TraceGeometry, 2> held_;
  std::int64_t latest_ns_ = kUnknownTime;
  std::vector<Checkpoint> checkpoints_;
  std::uint64_t checkpoint_stride_ = 64;
  std::optional<std::uint64_t> total_;
  std::uint64_t furthest_ = 0;

  std::uint64_t next_number_ = 0;
  RecordedPing recorded_;  ///< The ping that next() returned last.
  PingPair current_;
  PositionFrom from_ = PositionFrom::nowhere;
  std::vector<std::uint16_t> ground_;  ///< A trace even in ground range, on its way to slant range.
};

}  // namespace towfish
