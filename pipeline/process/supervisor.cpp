#include "pipeline/process/supervisor.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <system_error>
#include <utility>

namespace towfish::process {

using shm::Role;
using shm::RoleState;

namespace {

constexpr std::int64_t kMillisecond_ns = 1'000'000;
constexpr std::int64_t kBlink_ns = 1000 * kMillisecond_ns;
/// Of a source: all headers up to a ping far on, or garbage;
constexpr std::int64_t kLongestReading_ns = 120'000 * kMillisecond_ns;
/// a large picture.
constexpr std::int64_t kLongestDecoding_ns = 10'000 * kMillisecond_ns;
/// Of one frame: a kernel that is short of memory kills too, and the frame may be why.
constexpr std::uint32_t kMostForgiven = 4;

/// What a dead process had been doing, as far as the segment knows.
std::string last_words(const shm::Session& session, Role role) {
  const shm::RoleRow& row = session.row(role);
  const std::uint64_t in_hand = row.in_hand.load(std::memory_order_acquire);
  const std::uint64_t done = row.done.load(std::memory_order_relaxed);
  switch (role) {
    case Role::source:
      return fmt::format(" after ping {}", done);
    case Role::port_detector:
    case Role::starboard_detector:
      return in_hand > 0 ? fmt::format(" over frame {}", in_hand - 1) : fmt::format(" after {} frames", done);
    case Role::fusion:
      return in_hand > 0 ? fmt::format(" over pair {}", in_hand - 1) : fmt::format(" after {} pairs", done);
    default:
      return "";
  }
}

/// Pause before start number `bad_starts` in a row: none twice, then 50 ms doubling to 2 s.
std::int64_t pause_ns(std::uint32_t bad_starts) {
  if (bad_starts <= 2) return 0;
  return std::min<std::int64_t>(50LL << std::min(bad_starts - 3, 6U), 2000) * kMillisecond_ns;
}

std::vector<std::string> arguments_of(Role role, const std::string& session) {
  switch (role) {
    case Role::port_detector:
      return {"detector", "--side", "port", "--session", session};
    case Role::starboard_detector:
      return {"detector", "--side", "starboard", "--session", session};
    default:
      return {std::string(shm::name(role)), "--session", session};
  }
}

}  // namespace

void end_source(shm::Session& session) noexcept {
  shm::SourceProgress progress = session.block().source.load();
  progress.ended = 1;
  session.block().source.store(progress);
  for (const Side side : kSides) session.row(shm::detector_of(side)).doorbell.ring();
}

Supervisor::Supervisor(shm::Session& session, const SupervisorSettings& settings, std::span<const Role> roles)
    : session_(session), settings_(settings) {
  for (const Role role : roles) charges_.emplace_back().role = role;
}

void Supervisor::start() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
  for (Charge& charge : charges_) start(charge);
}

void Supervisor::start(Charge& charge) {
  shm::RoleRow& row = session_.row(charge.role);
  charge.started_ns = shm::monotonic_ns();
  row.heartbeat_ns.store(charge.started_ns, std::memory_order_relaxed);
  row.state.store(RoleState::starting, std::memory_order_release);
  charge.hung = false;
  try {
    charge.child = std::make_unique<Child>(arguments_of(charge.role, session_.name()));
  } catch (const std::system_error& error) {  // No memory or no process left for it, for now.
    ++charge.bad_starts;
    start_later(charge, error.what(), charge.started_ns);
  }
}

/// Unless it was in vain too often.
void Supervisor::start_later(Charge& charge, const std::string& words, std::int64_t now) {
  if (charge.bad_starts > settings_.most_restarts && !looks_on(charge.role)) {
    spdlog::error("{} cannot be kept alive: {} deaths in a row, the last: {}", shm::name(charge.role),
                  charge.bad_starts, words);
    return give_up(charge, 5);
  }
  charge.start_at_ns = now + pause_ns(charge.bad_starts);
  spdlog::warn("{} {}: starting it again", shm::name(charge.role), words);
}

bool Supervisor::look_after() {
  const std::int64_t now = shm::monotonic_ns();
  if (now - looked_ns_ > kBlink_ns) awake_since_ns_ = now;
  looked_ns_ = now;
  for (Charge& charge : charges_) {
    if (!charge.ended && !given_up_) look_after(charge, now);
  }
  return !given_up_ &&
         !std::all_of(charges_.begin(), charges_.end(), [](const Charge& c) { return c.ended; });
}

void Supervisor::look_after(Charge& charge, std::int64_t now) {
  if (charge.child == nullptr) {
    if (now >= charge.start_at_ns) start(charge);
    return;
  }
  if (const auto ending = charge.child->ending()) {
    died(charge, *ending, now);
  } else if (hangs(charge, now) && !reads_on(charge, now)) {
    spdlog::error("{} (pid {}) has given no sign of life for {:.1f} s: killing it", shm::name(charge.role),
                  charge.child->pid(), static_cast<double>(silence(charge, now)) * 1e-9);
    charge.child->send(SIGKILL);
    charge.hung = true;
    charge.started_ns = now;  // Do not say so again while it dies.
    session_.row(charge.role).heartbeat_ns.store(now, std::memory_order_relaxed);
  }
}

void Supervisor::died(Charge& charge, const Ending& ending, std::int64_t now) {
  const pid_t pid = charge.child->pid();
  charge.child.reset();
  const bool done = session_.row(charge.role).state.load(std::memory_order_acquire) == RoleState::ended;
  if (done && !ending.by_signal && ending.number == 0) {
    charge.ended = true;
    return;
  }
  if (!ending.by_signal && (ending.number == 2 || ending.number == 3 || ending.number == 5)) {
    give_up(charge, ending.number);
    return;
  }
  const std::string words = ending.text() + last_words(session_, charge.role);
  if (!session_.named()) {
    spdlog::error(
        "{} (pid {}) {}, and cannot be started again: the segment of session '{}' was removed from /dev/shm",
        shm::name(charge.role), pid, words, session_.name());
    give_up(charge, 5);
    return;
  }
  const bool was_well = static_cast<double>(now - charge.started_ns) > settings_.stable_s * 1e9;
  charge.bad_starts = was_well ? 1 : charge.bad_starts + 1;
  if (ending.by_signal && ending.number == SIGKILL && !charge.hung) forgive(charge);
  ++charge.restarts;
  start_later(charge, fmt::format("(pid {}) {}", pid, words), now);
  if (!given_up_ && !charge.ended && now >= charge.start_at_ns) start(charge);
}

// The dead do not write any more, so its counts may be set here.
void Supervisor::forgive(Charge& charge) {
  shm::RoleRow& row = session_.row(charge.role);
  const std::uint64_t in_hand = row.in_hand.load(std::memory_order_acquire);
  if (in_hand == 0) return;
  charge.forgiven = charge.forgiven_of == in_hand ? charge.forgiven + 1 : 1;
  charge.forgiven_of = in_hand;
  if (charge.forgiven > kMostForgiven) return;
  const auto take_back = [](std::atomic<std::uint64_t>& attempts) {
    if (attempts.load(std::memory_order_relaxed) > 0) attempts.fetch_sub(1, std::memory_order_relaxed);
  };
  if (charge.role == Role::fusion) take_back(row.in_hand_attempts);
  for (const Side side : kSides) {
    if (charge.role != shm::detector_of(side)) continue;
    const shm::Ring frames = session_.frames(side);
    take_back(frames.header(frames.indices().read.load(std::memory_order_acquire)).attempts);
  }
}

// Without a source the others still finish what it emitted, and nobody needs whoever only looks on; without
// one of the others nothing can be finished.
void Supervisor::give_up(Charge& charge, int status) {
  if (looks_on(charge.role)) {
    spdlog::error("going on without {}", shm::name(charge.role));
    charge.ended = true;
    return;
  }
  status_ = status;
  if (charge.role == Role::source) {
    charge.ended = true;
    return end_source(session_);
  }
  given_up_ = true;
  for (Charge& each : charges_) each.child.reset();
}

std::int64_t Supervisor::silence(const Charge& charge, std::int64_t now) const noexcept {
  const std::int64_t heard_ns = session_.row(charge.role).heartbeat_ns.load(std::memory_order_relaxed);
  return now - std::max(heard_ns, awake_since_ns_);
}

/// A source that is killed while it reads only has to read the same again.
bool Supervisor::reads_on(Charge& charge, std::int64_t now) const {
  if (charge.role != Role::source) return false;
  const std::uint64_t bytes_read = charge.child->bytes_read();
  if (std::exchange(charge.bytes_read, bytes_read) != bytes_read) charge.read_at_ns = now;
  const bool reads = static_cast<double>(now - charge.read_at_ns) < settings_.hang_timeout_s * 1e9;
  const char state = charge.child->state();
  std::int64_t patience_ns = state == 'R' ? kLongestDecoding_ns : 0;
  if (state != 'T' && (reads || state == 'D')) patience_ns = kLongestReading_ns;
  if (silence(charge, now) > patience_ns) return false;
  const std::int64_t heard_ns = session_.row(charge.role).heartbeat_ns.load(std::memory_order_relaxed);
  if (std::exchange(charge.silent_since_ns, heard_ns) != heard_ns)
    spdlog::info("the source has been reading for {:.1f} s without coming to a ping",
                 static_cast<double>(now - heard_ns) * 1e-9);
  return true;
}

bool Supervisor::hangs(const Charge& charge, std::int64_t now) const noexcept {
  const shm::RoleRow& row = session_.row(charge.role);
  switch (row.state.load(std::memory_order_acquire)) {
    case RoleState::running:
      return silence(charge, now) > std::llround(settings_.hang_timeout_s * 1e9);
    case RoleState::starting:
      return silence(charge, now) > std::llround(settings_.start_timeout_s * 1e9);
    default:
      return false;
  }
}

bool Supervisor::all_up() const noexcept {
  return std::all_of(charges_.begin(), charges_.end(), [this](const Charge& charge) {
    const RoleState state = session_.row(charge.role).state.load(std::memory_order_acquire);
    return state == RoleState::running || state == RoleState::ended;
  });
}

void Supervisor::drain() {
  shm::RoleRow& source = session_.row(Role::source);
  source.stop.store(1, std::memory_order_seq_cst);
  source.doorbell.ring();
}

void Supervisor::wait(int milliseconds) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  const timespec limit{.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * kMillisecond_ns};
  sigtimedwait(&child, nullptr, &limit);
}

std::uint64_t Supervisor::restarts(Role role) const noexcept {
  for (const Charge& charge : charges_) {
    if (charge.role == role) return charge.restarts;
  }
  return 0;
}

}  // namespace towfish::process
