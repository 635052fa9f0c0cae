#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "pipeline/batch/job.hpp"

namespace towfish::batch {

/// An answer with its reports on the way through a queue whose messages are limited in size: in parts.
///
/// Every part is a line of JSON, {attempt, part, parts, answer}, and then its share of the reports' bytes.
std::vector<std::string> to_parts(const Answer& answer, const std::string& attempt, std::string_view reports);

/// Puts parts together again. They may come in any order, twice, or from several workers that did the same
/// job; once one of these is complete, what others began is forgotten, and what nobody waits for is not kept.
/// Threads: one thread.
class PartCollector {
 public:
  struct Whole {
    Answer answer;
    std::string reports;
  };
  /// The answer if this part completes it, and it is wanted. Throws MessageError for what is no part.
  std::optional<Whole> add(std::string_view message, const std::function<bool(const Answer&)>& wanted);
  [[nodiscard]] std::size_t incomplete() const noexcept { return attempts_.size(); }

 private:
  void forget(std::uint64_t log, std::uint64_t index);
  using Key = std::tuple<std::uint64_t, std::uint64_t, std::string>;  ///< Log, stretch, attempt.
  std::map<Key, std::map<std::size_t, std::string>> attempts_;
};

}  // namespace towfish::batch
