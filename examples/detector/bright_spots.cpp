// The smallest detector worth the name: a bright stretch of a ping with a dark one behind it, over several
// pings. It shows what every detector has to do; the ones that towfish brings find far more.

#include <towfish/detector.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr std::uint32_t kLengthPings = 5;     // that must show it, one after another
constexpr std::uint32_t kFewestSamples = 64;  // of a trace worth looking at
constexpr float kWater = 0.1F;                // part of the range taken for water column

class BrightSpots {
 public:
  explicit BrightSpots(float threshold) : threshold_(threshold) {}

  // Finite memory: run_ counts no further than this, so it is a function of so many pings.
  static constexpr std::uint32_t kMemoryPings = 64;

  void process(const towfish_frame& frame, const towfish_sink& sink) {
    if (frame.samples < kFewestSamples) return;
    run_.resize(frame.samples, 0);  // allocates for the first frame only
    for (std::uint32_t i = 0; i < frame.pings; ++i) {
      scan(frame, frame.ping[i], frame.sample + std::size_t{i} * frame.samples, sink);
    }
  }
  void finish() { std::fill(run_.begin(), run_.end(), 0); }

 private:
  void scan(const towfish_frame& frame, const towfish_ping& ping, const std::uint16_t* trace,
            const towfish_sink& sink) {
    const auto cells = [&](float metres) {
      return std::max(2U, static_cast<std::uint32_t>(std::lround(metres / frame.sample_spacing_m)));
    };
    const std::uint32_t highlight = cells(0.4F);
    const std::uint32_t shadow = cells(0.8F);
    const auto first = static_cast<std::uint32_t>(kWater * static_cast<float>(frame.samples)) + highlight;
    for (std::uint32_t s = first; s + shadow < frame.samples; ++s) {
      const bool shows = level(trace, s, highlight, shadow) > threshold_;
      run_[s] = shows ? std::min(run_[s] + 1, kMemoryPings) : 0;
    }
    for (std::uint32_t s = first; s + shadow < frame.samples; ++s) {
      if (run_[s] != kLengthPings || !is_first_of_its_place(s, highlight, shadow)) continue;
      report(ping.number, s, {highlight, shadow, level(trace, s, highlight, shadow)}, sink);
    }
  }

  struct Spot {
    std::uint32_t highlight;
    std::uint32_t shadow;
    float level;
  };
  void report(std::uint64_t ping, std::uint32_t sample, const Spot& spot, const towfish_sink& sink) const {
    towfish_detection found{};
    found.first_ping = ping + 1 - kLengthPings;
    found.last_ping = ping;
    found.ping = ping - kLengthPings / 2;
    found.sample = found.highlight_last_sample = sample;
    found.highlight_first_sample = sample + 1 - spot.highlight;
    found.shadow_last_sample = sample + spot.shadow;
    found.contact_class = TOWFISH_MILEC;
    found.llr = std::log(spot.level / threshold_);
    found.length_m = found.width_m = found.height_m = found.shadow_length_m = NAN;  // not measured
    sink.report(sink.host, &found, nullptr, 0);
  }

  // One object shows at several samples: it is reported once, where it showed first.
  bool is_first_of_its_place(std::uint32_t s, std::uint32_t highlight, std::uint32_t shadow) const {
    const auto begin = run_.begin() + (s - highlight);
    return std::all_of(begin, run_.begin() + s, [](std::uint32_t run) { return run < kLengthPings; }) &&
           std::all_of(run_.begin() + s, run_.begin() + s + shadow,
                       [](std::uint32_t run) { return run <= kLengthPings; });
  }

  static float level(const std::uint16_t* trace, std::uint32_t s, std::uint32_t highlight,
                     std::uint32_t shadow) {
    return mean(trace + s + 1 - highlight, highlight) / (mean(trace + s + 1, shadow) + 1);
  }
  static float mean(const std::uint16_t* sample, std::uint32_t count) {
    float sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) sum += sample[i];
    return sum / static_cast<float>(count);
  }

  float threshold_;
  std::vector<std::uint32_t> run_;  ///< Pings up to the last one that show something here, by sample.
};

void* create(std::uint32_t /*side*/, const char* settings, char* error, std::size_t error_size) {
  float threshold = 6;
  if (*settings != '\0' && (std::sscanf(settings, "threshold=%f", &threshold) != 1 || !(threshold > 1))) {
    std::snprintf(error, error_size, "settings '%s', wanted threshold=NUMBER above 1", settings);
    return nullptr;
  }
  return new BrightSpots(threshold);
}

constexpr towfish_detector_type kType{
    TOWFISH_DETECTOR_ABI,
    0,
    "bright spots",
    create,
    [](void* detector) { delete static_cast<BrightSpots*>(detector); },
    [](const void*) { return BrightSpots::kMemoryPings; },
    [](void* detector, const towfish_frame* frame, const towfish_sink* sink) {
      static_cast<BrightSpots*>(detector)->process(*frame, *sink);
    },
    [](void* detector, const towfish_sink*) { static_cast<BrightSpots*>(detector)->finish(); }};

}  // namespace

const towfish_detector_type* towfish_detector(std::uint32_t abi) {
  return abi == TOWFISH_DETECTOR_ABI ? &kType : nullptr;
}
