#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/logs/log.hpp"

namespace towfish::source {

/// One more than the number of the last ping of `source`; reads headers only. Leaves it at its end.
[[nodiscard]] std::uint64_t count_pings(PingSource& source);

/// Several logs one after the other as one survey: ping numbers go on from one to the next.
///
/// One log is open at a time, so that a survey may have more of them than a process may have files. One that
/// cannot be opened any more is passed over and counted as the fault log_unreadable. Threads: one thread.
class Survey final : public PingSource {
 public:
  using Open = std::function<std::unique_ptr<Log>()>;

  /// At least one part; the first is opened here and throws what opening it throws.
  explicit Survey(std::vector<Open> parts);

  [[nodiscard]] const PingPair* next() override;
  void read_trace(Side side, std::span<std::uint16_t> out) override;
  void seek(std::uint64_t number) override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override;

  /// Of all logs together.
  [[nodiscard]] std::vector<Fault> faults() const override;

  /// Number of the first ping at or after this time; nullopt if there is none. Reads headers only, up to that
  /// ping. Seek afterwards.
  [[nodiscard]] std::optional<std::uint64_t> find_time(std::int64_t time_utc_ns);

 private:
  struct Part {
    Open open;
    std::optional<std::uint64_t> pings;  ///< Once its end has been seen.
    std::vector<Fault> faults;           ///< As of when it was closed.
  };
  void enter(std::size_t part);
  void leave();
  [[nodiscard]] std::uint64_t pings_of_current();

  std::vector<Part> parts_;
  std::size_t current_ = 0;
  std::unique_ptr<Log> log_;            ///< Of the current part; null where it cannot be opened.
  std::uint64_t first_of_current_ = 0;  ///< Survey number of its ping 0.
  PingPair pair_;
};

/// The survey of these files.
[[nodiscard]] std::unique_ptr<Survey> open_survey(const std::vector<std::filesystem::path>& files,
                                                  const LogOptions& options);

}  // namespace towfish::source
