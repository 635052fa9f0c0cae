#include "pipeline/logs/fault_counter.hpp"

namespace towfish {

void FaultCounter::note(std::string_view kind, std::uint64_t at) {
  auto found = tallies_.find(kind);
  if (found == tallies_.end()) {
    tallies_.emplace(kind, Tally{1, at, at});
  } else if (at > found->second.last_at) {
    ++found->second.count;
    found->second.last_at = at;
  }
}

std::vector<Fault> FaultCounter::faults() const {
  std::vector<Fault> faults;
  for (const auto& [kind, tally] : tallies_) faults.push_back({kind, tally.count, tally.first_at});
  return faults;
}

}  // namespace towfish
