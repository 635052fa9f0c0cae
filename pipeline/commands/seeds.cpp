#include "pipeline/commands/seeds.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <sstream>

#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

namespace {

constexpr std::size_t kMost = 10000;

/// `text`, which is `part` or one end of it.
std::uint32_t seed_of(const std::string& text, const std::string& part) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw UsageError("--seed: found '" + part + "', wanted whole numbers and ranges such as 1-4,9");
  }
  return value;
}

}  // namespace

std::vector<std::optional<std::uint32_t>> parse_seeds(const std::string& text) {
  if (text.empty()) return {std::nullopt};
  std::vector<std::optional<std::uint32_t>> seeds;
  std::set<std::uint64_t> seen;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const auto dash = part.find('-');
    const std::uint64_t first = seed_of(part.substr(0, dash), part);
    const std::uint64_t last = dash == std::string::npos ? first : seed_of(part.substr(dash + 1), part);
    if (last < first || seeds.size() + (last - first) >= kMost) {
      throw UsageError("--seed: found '" + part + "', wanted a rising range, and 10000 seeds at most");
    }
    for (std::uint64_t seed = first; seed <= last; ++seed) {
      if (!seen.insert(seed).second) throw UsageError(fmt::format("--seed: found {} twice", seed));
      seeds.emplace_back(static_cast<std::uint32_t>(seed));
    }
  }
  return seeds;
}

}  // namespace towfish::commands
