#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/sonar/ping_source.hpp"

namespace towfish {

/// Counts what was wrong by kind, each place once, however often it is read again after a seek.
class FaultCounter {
 public:
  /// A fault of `kind` at a byte offset. Places are met in rising order; going back counts nothing anew.
  void note(std::string_view kind, std::uint64_t at);
  [[nodiscard]] std::vector<Fault> faults() const;

 private:
  struct Tally {
    std::uint64_t count = 0;
    std::uint64_t first_at = 0;
    std::uint64_t last_at = 0;
  };
  std::map<std::string, Tally, std::less<>> tallies_;
};

}  // namespace towfish
