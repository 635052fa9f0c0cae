#include "pipeline/process/realtime.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace towfish::process {
namespace {

TEST(Realtime, PriorityIsGivenUpForWhatIsDoneAfterTheLastFrame) {
  const auto row = std::make_unique<shm::RoleRow>();
  int during = SCHED_OTHER;
  int after = SCHED_FIFO;
  std::jthread([&] {
    apply({.priority = 1}, *row);
    during = sched_getscheduler(0);
    give_up_priority();
    after = sched_getscheduler(0);
  }).join();
  if ((during & ~SCHED_RESET_ON_FORK) != SCHED_FIFO) GTEST_SKIP() << "SCHED_FIFO is not allowed here";
  EXPECT_EQ(after & ~SCHED_RESET_ON_FORK, SCHED_OTHER);
}

TEST(Realtime, SlicesAreShortForRolesThatCarryFramesAndForNobodyElse) {
  for (const shm::Role role : {shm::Role::source, shm::Role::port_detector, shm::Role::fusion})
    EXPECT_EQ(scheduling_of(role, {.slice_us = 200}, {}).slice_us, 200);
  EXPECT_EQ(scheduling_of(shm::Role::dashboard, {.slice_us = 200}, {}).slice_us, 0);
}

TEST(Realtime, AShortSliceIsGrantedWithoutPrivilegeAndReported) {
  const auto row = std::make_unique<shm::RoleRow>();
  std::int32_t longer = 0;
  std::jthread([&] {
    longer = shorten_slice(2000);
    apply({.slice_us = 200}, *row);
  }).join();
  if (longer == 0) GTEST_SKIP() << "this kernel has one slice for all";
  EXPECT_EQ(longer, 2000);
  EXPECT_EQ(row->slice_us.load(), 200);
}

std::pair<std::int32_t, std::int32_t> detector_cpus(const RealtimeSettings& settings,
                                                    const std::vector<std::int32_t>& allowed) {
  return {scheduling_of(shm::Role::port_detector, settings, allowed).cpu,
          scheduling_of(shm::Role::starboard_detector, settings, allowed).cpu};
}

TEST(Realtime, DetectorsAreApartWhereThereAreTwoCpus) {
  EXPECT_EQ(detector_cpus({}, {0, 1}), std::pair(0, 1));
  EXPECT_EQ(detector_cpus({}, {1, 4, 6, 9}), std::pair(6, 9));
  EXPECT_EQ(scheduling_of(shm::Role::source, {}, std::array{0, 1}).cpu, -1);
  EXPECT_EQ(scheduling_of(shm::Role::fusion, {}, std::array{0, 1}).cpu, -1);
}

TEST(Realtime, DetectorsUseAnyCpuWhereThereIsOneOrItIsNotWanted) {
  EXPECT_EQ(detector_cpus({}, {3}), std::pair(-1, -1));
  EXPECT_EQ(detector_cpus({}, {}), std::pair(-1, -1));
  EXPECT_EQ(detector_cpus({.detectors_apart = false}, {0, 1}), std::pair(-1, -1));
}

TEST(Realtime, NamedCpusAreTaken) {
  EXPECT_EQ(detector_cpus({.port_cpu = 1}, {0, 1}), std::pair(1, -1));
  EXPECT_EQ(detector_cpus({.port_cpu = 1, .starboard_cpu = 0}, {0, 1}), std::pair(1, 0));
}

TEST(Realtime, AllowedCpusAreThoseOfTheThread) {
  std::vector<std::int32_t> allowed;
  std::jthread([&] {
    const std::int32_t last = allowed_cpus().back();
    const auto row = std::make_unique<shm::RoleRow>();
    apply({.cpu = last}, *row);
    allowed = allowed_cpus();
    EXPECT_EQ(allowed, std::vector{last});
  }).join();
}

}  // namespace
}  // namespace towfish::process
