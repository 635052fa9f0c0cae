#include "pipeline/process/warm_up.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "detectors/registry.hpp"

namespace towfish::process {
namespace {

constexpr TraceGeometry kGeometry{
    .samples = 640, .first_edge_m = 0, .sample_spacing_m = 0.05F, .frequency_khz = 600, .counts_per_unit = 1};

/// What a detector finds in 1200 pings of speckle with a block and its shadow every 150.
std::vector<Detection> found_by(Detector& detector) {
  std::mt19937 random(3);
  std::exponential_distribution<float> speckle(1.0F / 3000);
  std::vector<std::uint16_t> trace(kGeometry.samples);
  std::vector<Detection> places(64);
  std::vector<Detection> all;
  for (std::uint64_t number = 0; number < 1200; ++number) {
    for (std::size_t i = 0; i < trace.size(); ++i) {
      const bool lit = number % 150 < 12 && i >= 300 && i < 312;
      const bool dark = number % 150 < 12 && i >= 312 && i < 350;
      const float level = i < 80 ? 0.01F : lit ? 8.0F : dark ? 0.02F : 1.0F;
      trace[i] = static_cast<std::uint16_t>(std::min(65535.0F, level * speckle(random)));
    }
    Ping ping;
    ping.number = number;
    ping.speed_mps = 1.5F;
    ping.interval_s = 0.06F;
    FrameHeader header;
    header.geometry = kGeometry;
    header.pings = 1;
    DetectionList list(places);
    detector.process({header, {&ping, 1}, trace}, list);
    all.insert(all.end(), list.items().begin(), list.items().end());
  }
  DetectionList list(places);
  detector.finish(list);
  all.insert(all.end(), list.items().begin(), list.items().end());
  return all;
}

TEST(WarmUp, LeavesNoTraceInWhatADetectorFinds) {
  const auto cold = make_detector(DetectorSettings{}, Side::port);
  const auto warm = make_detector(DetectorSettings{}, Side::port);
  warm_up(*warm, kGeometry);
  const std::vector<Detection> expected = found_by(*cold);
  const std::vector<Detection> found = found_by(*warm);
  ASSERT_GE(expected.size(), 6U);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(std::memcmp(&found[i], &expected[i], sizeof(Detection)), 0) << i;
  }
}

}  // namespace
}  // namespace towfish::process
