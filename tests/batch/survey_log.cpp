#include "tests/batch/survey_log.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "pipeline/logs/xtf_writer.hpp"

namespace towfish::batch {

namespace {

constexpr std::uint32_t kSamples = 256;
constexpr std::uint32_t kBottom = 50;

void fill(std::vector<std::uint16_t>& trace, std::mt19937& random) {
  std::exponential_distribution<double> power(1.0);
  for (std::uint32_t i = 0; i < trace.size(); ++i) {
    const double mean = i < kBottom ? 20 : 900 / (1 + 0.004 * (i - kBottom));
    trace[i] = static_cast<std::uint16_t>(std::min(60000.0, mean * std::sqrt(power(random))));
  }
}

/// A highlight of 6 samples before `at`, and a shadow of 16 behind it.
void put_object(std::vector<std::uint16_t>& trace, std::uint32_t at) {
  for (std::uint32_t i = at - 5; i <= at; ++i) trace[i] = static_cast<std::uint16_t>(4 * trace[i]);
  for (std::uint32_t i = at + 1; i <= at + 16; ++i) trace[i] = static_cast<std::uint16_t>(trace[i] / 8);
}

}  // namespace

void write_log(const std::filesystem::path& file, const SurveyLog& wanted) {
  std::mt19937 random(wanted.seed);
  XtfWriter writer(file, "test sonar");
  std::array<std::vector<std::uint16_t>, 2> traces;
  for (std::uint64_t i = 0; i < wanted.pings; ++i) {
    PingPair pair;
    pair.ping.number = i;
    pair.ping.time_utc_ns = wanted.start_ns + static_cast<std::int64_t>(i) * 50'000'000;
    pair.ping.latitude_deg = 58.0 + 1e-6 * static_cast<double>(i);
    pair.ping.longitude_deg = 11.0;
    pair.ping.heading_deg = 0;
    pair.ping.speed_mps = 2;
    pair.ping.altitude_m = 4;
    for (const Side side : kSides) {
      auto& trace = traces[index(side)];
      trace.assign(kSamples, 0);
      fill(trace, random);
      const std::uint64_t turn = i / wanted.object_every;
      const bool its_turn = turn % 2 == index(side) && i % wanted.object_every < 9;
      if (its_turn) put_object(trace, 100 + static_cast<std::uint32_t>(turn * 17 % 100));
      const bool missing = side == Side::port && i >= wanted.port_missing_from && i < wanted.port_missing_to;
      if (missing) trace.clear();
      const float spacing = i >= wanted.new_range_at ? 0.12F : 0.08F;
      pair.geometry[index(side)] = {missing ? 0 : kSamples, 0, spacing, 600, 1};
    }
    writer.write(pair, traces[0], traces[1]);
  }
  writer.close();
}

process::RunSettings test_settings() {
  process::RunSettings settings;
  settings.mode = process::Mode::replay;
  return settings;
}

}  // namespace towfish::batch
