#include "pipeline/process/role_main.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <opencv2/core/utility.hpp>

#include "pipeline/contacts/database.hpp"
#include "pipeline/process/bus_error.hpp"
#include "pipeline/process/confinement.hpp"
#include "pipeline/process/log_pattern.hpp"
#include "pipeline/process/roles.hpp"
#include "pipeline/process/stop_signal.hpp"

namespace towfish::process {

namespace {

/// Exit status of a role for which starting it again would not help.
constexpr int kCannotGoOn = 5;

/// Tells a role's loop when to stop. The source ends in order when it is told to or left alone, and the
/// others follow it by themselves: told to stop they are replaced, left alone they finish what still comes.
class StopWatch {
 public:
  StopWatch(const shm::Session& session, shm::Role role)
      : session_(session), role_(role), row_(session.row(role)) {}

  bool operator()() {
    const bool alone = left_alone();
    if (alone && stuck()) return true;
    if (role_ != shm::Role::source) return stop_signals() > (alone ? 1 : 0);
    if (alone || stop_signals() > 0) row_.stop.store(1, std::memory_order_relaxed);
    return stop_signals() > 1;
  }

 private:
  static constexpr std::int64_t kPatience_ns = 5'000'000'000;

  bool left_alone() {
    if (session_.alive(shm::Role::supervisor)) return false;
    if (progress_ns_ == 0) {
      spdlog::warn("the supervisor is gone: finishing what is in flight");
      progress_ns_ = shm::monotonic_ns();
    }
    return true;
  }

  // With a neighbour dead as well and nobody to replace it, there may be nothing to wait for.
  bool stuck() {
    const std::uint64_t done = row_.done.load(std::memory_order_relaxed);
    if (done != done_) progress_ns_ = shm::monotonic_ns();
    done_ = done;
    return shm::monotonic_ns() - progress_ns_ > kPatience_ns;
  }

  const shm::Session& session_;
  shm::Role role_;
  shm::RoleRow& row_;
  std::int64_t progress_ns_ = 0;
  std::uint64_t done_ = 0;
};

/// A first source begins when those behind it are ready, so that its first frames need not wait for them.
void await_others(const shm::Session& session) {
  constexpr int kPatience_ms = 5000;
  if (session.block().source.load().next_ping != 0) return;
  const auto ready = [&session](shm::Role role) {
    return session.row(role).state.load(std::memory_order_acquire) == shm::RoleState::running;
  };
  for (int waited_ms = 0; waited_ms < kPatience_ms && stop_signals() == 0; ++waited_ms) {
    if (ready(shm::Role::port_detector) && ready(shm::Role::starboard_detector) && ready(shm::Role::fusion))
      return;
    usleep(1000);
  }
}

bool is_detector(shm::Role role) {
  return role == shm::Role::port_detector || role == shm::Role::starboard_detector;
}

int attend(shm::Session& session, shm::Role role) {
  const RunSettings settings = settings_of(session);
  const auto work = make_role(session, role, settings);
  if (role == shm::Role::source) await_others(session);
  apply(scheduling_of(role, settings.pipeline.realtime, allowed_cpus()), session.row(role));
  if (settings.pipeline.seccomp && is_detector(role)) confine();
  try {
    const bool is_done = run(*work, session.row(role), StopWatch(session, role));
    give_up_priority();
    return is_done ? 0 : 1;
  } catch (const StoreError& error) {
    if (error.kind() != StoreError::Kind::locked && error.kind() != StoreError::Kind::full) throw;
    spdlog::error("{}", error.what());
    return kCannotGoOn;
  }
}

}  // namespace

int role_main(const std::string& session_name, shm::Role role) {
  cv::setNumThreads(1);
  catch_stop_signals();
  prctl(PR_SET_TIMERSLACK, 1);
  set_log_pattern(shm::name(role));
  explain_bus_errors(fmt::format("towfish {}: the segment of session '{}' was truncated by another program",
                                 shm::name(role), session_name),
                     "", kCannotGoOn);
  shm::Session session = shm::Session::open(session_name);
  session.enter(role);
  return attend(session, role);
}

}  // namespace towfish::process
