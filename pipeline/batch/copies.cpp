#include "pipeline/batch/copies.hpp"

#include <string_view>

namespace towfish::batch {

Copies find_copies(const std::vector<LogRow>& logs) {
  Copies copies;
  std::unordered_map<std::string_view, const LogRow*> by_hash;
  for (const LogRow& log : logs) {
    if (!log.done() || log.hash.empty()) continue;
    const auto [first, is_first] = by_hash.emplace(log.hash, &log);
    if (!is_first && first->second->stamp.size == log.stamp.size) copies[log.id] = first->second;
  }
  return copies;
}

}  // namespace towfish::batch
