#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pipeline/sonar/ping_source.hpp"

namespace towfish::source {

/// One more than the number of the last ping of `source`; reads headers only. Leaves it at its end.
[[nodiscard]] std::uint64_t count_pings(PingSource& source);

/// Several sources one after the other as one survey: ping numbers go on from one to the next.
///
/// Threads: one thread.
class Survey final : public PingSource {
 public:
  /// At least one part.
  explicit Survey(std::vector<std::unique_ptr<PingSource>> parts);

  [[nodiscard]] const PingPair* next() override;
  void read_trace(Side side, std::span<std::uint16_t> out) override;
  void seek(std::uint64_t number) override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override;

  /// Of all parts together.
  [[nodiscard]] std::vector<Fault> faults() const override;

 private:
  std::vector<std::unique_ptr<PingSource>> parts_;
  std::size_t current_ = 0;
  std::uint64_t first_of_current_ = 0;  ///< Survey number of the current part's ping 0.
  std::uint64_t next_of_current_ = 0;   ///< One more than its last number so far.
  PingPair pair_;
};

}  // namespace towfish::source
