#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "detectors/detector.hpp"

namespace towfish {

/// One side of a survey over a flat bottom with speckle, made for tests: water column, bottom from
/// `bottom_sample` on, and objects with highlight and shadow.
class TestScene {
 public:
  static constexpr std::uint32_t kSamples = 512;
  static constexpr std::uint32_t kBottom = 80;

  explicit TestScene(std::size_t pings, std::uint32_t seed = 7) : pings_(pings) {
    geometry_.samples = kSamples;
    geometry_.sample_spacing_m = 0.08F;
    std::mt19937 random(seed);
    samples_.resize(pings * kSamples);
    for (std::size_t i = 0; i < pings; ++i) {
      pings_[i].number = i;
      pings_[i].speed_mps = 2.0F;
      pings_[i].interval_s = 0.05F;
      for (std::uint32_t s = 0; s < kSamples; ++s) {
        at(i, s) = speckle(random, s < kBottom ? 20.0 : 900.0 / (1.0 + 0.004 * (s - kBottom)));
      }
    }
  }

  /// A bright patch that ends at `sample`, a shadow behind it.
  void put_object(std::size_t ping, std::uint32_t sample, std::size_t length = 9, std::uint32_t width = 6,
                  std::uint32_t shadow = 16, double gain = 4.0) {
    for (std::size_t i = ping - length / 2; i <= ping + length / 2; ++i) {
      for (std::uint32_t s = sample + 1 - width; s <= sample; ++s) scale(i, s, gain);
      for (std::uint32_t s = sample + 1; s <= sample + shadow; ++s) scale(i, s, 0.15);
    }
  }
  /// Sixty pings long, oblique, with bright ends.
  void put_pipe(std::size_t first) {
    for (std::size_t ping = first; ping <= first + 60; ++ping) {
      const double gain = ping < first + 10 || ping > first + 50 ? 5 : 1.2;
      const auto edge = 200 + static_cast<std::uint32_t>(ping - first) / 2;
      put_object(ping, edge, 0, 5, 14, gain);
      for (std::uint32_t s = edge + 1; s <= edge + 14; ++s) scale(ping, s, 0.5);
    }
  }
  /// Oblique crests all over the bottom, a quarter of each wave bright and the rest of it dark.
  void put_ripples(double wave_samples) {
    for (std::size_t ping = 0; ping < pings_.size(); ++ping) {
      for (std::uint32_t s = kBottom; s < kSamples; ++s) {
        const double phase = std::fmod((s + 0.2 * static_cast<double>(ping)) / wave_samples, 1.0);
        scale(ping, s, phase < 0.25 ? 3 : 0.4);
      }
    }
  }
  void scale(std::size_t ping, std::uint32_t sample, double gain) {
    at(ping, sample) = static_cast<std::uint16_t>(std::min(65535.0, gain * at(ping, sample)));
  }
  std::uint16_t& at(std::size_t ping, std::uint32_t sample) { return samples_[ping * kSamples + sample]; }
  [[nodiscard]] std::size_t size() const { return pings_.size(); }
  std::vector<Ping>& pings() { return pings_; }
  TraceGeometry& geometry() { return geometry_; }

  [[nodiscard]] FrameView frame(std::size_t first, std::size_t count) const {
    FrameView view;
    view.header.pings = static_cast<std::uint32_t>(count);
    view.header.geometry = geometry_;
    view.pings = std::span(pings_).subspan(first, count);
    view.samples = std::span(samples_).subspan(first * kSamples, count * kSamples);
    return view;
  }

 private:
  static std::uint16_t speckle(std::mt19937& random, double mean) {
    const double uniform = (static_cast<double>(random()) + 1.0) / 4294967297.0;
    return static_cast<std::uint16_t>(std::min(65535.0, mean * std::sqrt(-std::log(uniform))));
  }

  TraceGeometry geometry_;
  std::vector<Ping> pings_;
  std::vector<std::uint16_t> samples_;
};

/// Runs pings [first, end) through the detector in frames of `frame_pings`.
inline std::vector<Detection> detect(Detector& detector, const TestScene& scene, std::size_t first,
                                     std::size_t end, std::size_t frame_pings, bool finish = true) {
  std::vector<Detection> room(4096);
  DetectionList list(room);
  for (std::size_t i = first; i < end; i += frame_pings) {
    detector.process(scene.frame(i, std::min(frame_pings, end - i)), list);
  }
  if (finish) detector.finish(list);
  return {list.items().begin(), list.items().end()};
}

}  // namespace towfish
