#pragma once

#include <gtest/gtest.h>
#include <sys/ptrace.h>

#include <optional>

#include "tests/shm/child.hpp"

namespace towfish::shm {

inline constexpr const char* kNoStepping =
    "processes cannot be stepped here (ptrace is forbidden, or sanitizers make a step a thousand)";

/// Runs `act` in a process that is killed after its first instruction, then in one killed after its second,
/// and so on until one gets to the end of `act`; calls `check` after each death. Returns how many were
/// killed; nothing when processes cannot be stepped here.
template <class Act, class Check>
std::optional<unsigned> kill_at_every_instruction(Act act, Check check) {
#ifdef TOWFISH_SANITIZED
  return std::nullopt;
#endif
  constexpr unsigned kMost = 20'000;
  for (unsigned steps = 0; steps < kMost; ++steps) {
    Child child([&] {
      if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return 3;
      raise(SIGSTOP);
      act();
      raise(SIGUSR1);
      return 0;
    });
    int status = 0;
    waitpid(child.pid(), &status, 0);
    if (!WIFSTOPPED(status)) return std::nullopt;
    bool finished = false;
    for (unsigned i = 0; i < steps && !finished; ++i) {
      if (ptrace(PTRACE_SINGLESTEP, child.pid(), nullptr, nullptr) != 0) return std::nullopt;
      waitpid(child.pid(), &status, 0);
      if (!WIFSTOPPED(status)) return std::nullopt;
      finished = WSTOPSIG(status) == SIGUSR1;
    }
    child.kill();
    check();
    if (testing::Test::HasFatalFailure()) return steps;
    if (finished) return steps;
  }
  return std::nullopt;
}

}  // namespace towfish::shm
