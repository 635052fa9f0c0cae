#include "pipeline/latency/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

namespace towfish::latency {

namespace {

constexpr std::array<std::pair<const char*, double>, 4> kQuantiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}}};

double microseconds(std::uint64_t ns) {
  return std::round(static_cast<double>(ns) / 100.0) / 10.0;
}

std::unique_ptr<Histogram> both_sides(const LatencyBlock& block, std::size_t stage) {
  auto sum = std::make_unique<Histogram>();
  for (const Side side : kSides) sum->add(block.by_side[towfish::index(side)][stage]);
  return sum;
}

std::uint64_t late(const LatencyBlock& block, std::size_t stage) {
  std::uint64_t sum = 0;
  for (const Side side : kSides) {
    sum += block.over_deadline[towfish::index(side)][stage].load(std::memory_order_relaxed);
  }
  return sum;
}

nlohmann::json stage_json(const Histogram& histogram, std::uint64_t over_deadline) {
  nlohmann::json stage;
  for (const auto& [label, quantile] : kQuantiles)
    stage[label] = microseconds(histogram.at_quantile(quantile));
  stage["max"] = microseconds(histogram.max_ns());
  stage["count"] = histogram.count();
  stage["over_deadline"] = over_deadline;
  return stage;
}

nlohmann::json worst_json(const LatencyBlock& block) {
  const std::size_t kept =
      std::min<std::size_t>(block.worst_count.load(std::memory_order_acquire), block.worst.size());
  std::vector<WorstFrame> worst(block.worst.begin(), block.worst.begin() + kept);
  std::sort(worst.begin(), worst.end(), [](const WorstFrame& a, const WorstFrame& b) {
    return a.stages[index(Stage::total)] > b.stages[index(Stage::total)];
  });
  nlohmann::json list = nlohmann::json::array();
  for (const WorstFrame& frame : worst) {
    nlohmann::json entry{{"sequence", frame.sequence},
                         {"side", name(static_cast<Side>(frame.side))},
                         {"ping", frame.first_ping}};
    for (std::size_t stage = 0; stage < kStages; ++stage) {
      entry[std::string(kStageNames[stage])] = static_cast<double>(frame.stages[stage]) / 1000.0;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

std::string table(const LatencyBlock& block, std::int64_t deadline_ns) {
  std::string text =
      fmt::format("{:<8}{:>11}{:>11}{:>11}{:>11}{:>11}{:>9}  late (> {:g} ms)\n", "us", "p50", "p90", "p99",
                  "p99.9", "max", "frames", static_cast<double>(deadline_ns) / 1e6);
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    const auto histogram = both_sides(block, stage);
    text += fmt::format("{:<8}", kStageNames[stage]);
    for (const auto& [label, quantile] : kQuantiles) {
      text += fmt::format(" {:>10.1f}", microseconds(histogram->at_quantile(quantile)));
    }
    text += fmt::format(" {:>10.1f} {:>8}  {}\n", microseconds(histogram->max_ns()), histogram->count(),
                        has_deadline(static_cast<Stage>(stage)) ? std::to_string(late(block, stage)) : "-");
  }
  return text;
}

nlohmann::json json(const LatencyBlock& block, std::int64_t deadline_ns) {
  nlohmann::json result;
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    const std::string label(kStageNames[stage]);
    result[label] = stage_json(*both_sides(block, stage), late(block, stage));
    for (const Side side : kSides) {
      const std::size_t s = towfish::index(side);
      result[std::string(name(side))][label] =
          stage_json(block.by_side[s][stage], block.over_deadline[s][stage].load(std::memory_order_relaxed));
    }
  }
  result["deadline_ms"] = static_cast<double>(deadline_ns) / 1e6;
  result["worst"] = worst_json(block);
  return result;
}

Percentiles percentiles(const LatencyBlock& block, Stage stage) {
  const auto histogram = both_sides(block, index(stage));
  return {histogram->at_quantile(0.5), histogram->at_quantile(0.99), late(block, index(stage))};
}

}  // namespace towfish::latency
