#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "detectors/registry.hpp"
#include "pipeline/process/detector_role.hpp"
#include "pipeline/process/roles.hpp"
#include "pipeline/process/source_role.hpp"
#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"
#include "tests/process/test_session.hpp"

namespace {
std::atomic<std::uint64_t> allocations{0};
}  // namespace

// Not inlined, or the compiler takes free() for the wrong partner of new.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace towfish::process {
namespace {

/// Takes the reports of one side away, as fusion would.
void drop_reports(shm::Session& session, Side side) {
  shm::RingReader reader(session.reports(side), session.row(shm::detector_of(side)).doorbell);
  while (reader.take()) reader.release();
}

TEST(FramePath, FromSimulatedPingToReportNothingIsAllocatedInSteadyState) {
  Scenario scenario;
  settings::read(std::filesystem::path(TOWFISH_SOURCE_DIR) / "config/scenarios/harbour-flat.yaml", scenario);
  DetectorSettings detector;
  settings::read(std::filesystem::path(TOWFISH_SOURCE_DIR) / "config/detectors/default.yaml", detector);
  TestSession session(
      {.frame_slots = 80, .frame_pings = 16, .samples = 2048, .report_slots = 8, .detections = 64});
  Sidescan sonar(scenario);
  SourceRole source(*session, sonar, {.speed = source::Pacer::kUnpaced, .when_full = FullPolicy::wait});
  std::vector<std::unique_ptr<DetectorRole>> detectors;
  for (const Side side : kSides) {
    detectors.push_back(std::make_unique<DetectorRole>(*session, side, make_detector(detector, side), 60,
                                                       "/dev/null/quarantine"));
  }
  const auto run_frames = [&](std::uint64_t frames) {
    for (std::uint64_t step = 0; step < frames * 17; ++step) {
      source.step();
      for (const Side side : kSides) {
        detectors[index(side)]->step();
        drop_reports(*session, side);
      }
    }
  };
  run_frames(40);
  const std::uint64_t before = allocations.load();
  const std::uint64_t reported_before = session->reports(Side::port).indices().read.load();
  run_frames(20);
  EXPECT_EQ(allocations.load() - before, 0U);
  EXPECT_GE(session->reports(Side::port).indices().read.load() - reported_before, 18U);
}

}  // namespace
}  // namespace towfish::process
