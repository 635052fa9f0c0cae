#include "pipeline/process/realtime.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <memory>
#include <thread>

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

}  // namespace
}  // namespace towfish::process
