#include "pipeline/batch/delivery.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace towfish::batch {

namespace {

using nlohmann::json;

constexpr std::size_t kPartBytes = 256U << 10;  ///< A server takes up to 1 MiB unless told otherwise.
constexpr std::size_t kMostParts = 1U << 16;

}  // namespace

std::vector<std::string> to_parts(const Answer& answer, const std::string& attempt,
                                  std::string_view reports) {
  const std::size_t count = std::max<std::size_t>(1, (reports.size() + kPartBytes - 1) / kPartBytes);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < count; ++i) {
    const json head{{"attempt", attempt}, {"part", i}, {"parts", count}, {"answer", to_text(answer)}};
    parts.push_back(head.dump() + "\n");
    parts.back() += reports.substr(std::min(reports.size(), i * kPartBytes), kPartBytes);
  }
  return parts;
}

std::optional<PartCollector::Whole> PartCollector::add(std::string_view message,
                                                       const std::function<bool(const Answer&)>& wanted) {
  const std::size_t line = std::min(message.find('\n'), message.size());
  std::size_t part = 0;
  std::size_t count = 0;
  std::string attempt;
  Answer answer;
  try {
    const json head = json::parse(message.substr(0, line));
    head.at("attempt").get_to(attempt);
    head.at("part").get_to(part);
    head.at("parts").get_to(count);
    answer = answer_from(head.at("answer").get<std::string>());
  } catch (const json::exception& error) {
    throw MessageError(std::string("not a part of an answer: ") + error.what());
  }
  if (count == 0 || count > kMostParts || part >= count) throw MessageError("a part that cannot be");
  if (!wanted(answer)) return std::nullopt;
  const Key key{answer.log, answer.index, attempt};
  auto& parts = attempts_[key];
  parts[part] = message.substr(std::min(message.size(), line + 1));
  if (parts.size() < count) return std::nullopt;
  Whole whole{answer, {}};
  for (const auto& [number, bytes] : parts) whole.reports += bytes;
  forget(answer.log, answer.index);
  return whole;
}

void PartCollector::forget(std::uint64_t log, std::uint64_t index) {
  std::erase_if(attempts_, [&](const auto& attempt) {
    return std::get<0>(attempt.first) == log && std::get<1>(attempt.first) == index;
  });
}

}  // namespace towfish::batch
