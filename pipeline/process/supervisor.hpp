#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/process/child.hpp"
#include "pipeline/process/settings.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// Tells the others that the source has ended for good: what it emitted is still finished.
void end_source(shm::Session& session) noexcept;

/// Keeps a session's roles alive, each as a process of its own, until all have done their work.
///
/// A role that dies is started again at once, after repeated deaths with growing pauses; one whose heartbeat
/// stops is killed first, unless the supervisor was stopped itself meanwhile (a suspended machine), or it is
/// a source that still reads (two minutes at most) or decodes (ten seconds). A role that says its settings
/// (2) or its input (3) are wrong is not started again: the run drains and ends with that status, and so with
/// one that cannot go on (5). One that cannot be kept alive ends the run with status 5. A frame that was in
/// hand when its role was killed from outside (SIGKILL) is not held to have killed it, four times. A
/// dashboard is always started again, with growing pauses, unless it says that its settings are wrong.
/// Threads: one thread.
class Supervisor {
 public:
  /// Looks after these roles, to be started in this order.
  Supervisor(shm::Session& session, const SupervisorSettings& settings, std::span<const shm::Role> roles);

  /// Starts them all.
  void start();

  /// Looks after the children once. False when all have ended or the run had to be given up.
  bool look_after();

  /// Waits until a child ends, a signal comes, or `milliseconds` have passed.
  static void wait(int milliseconds);

  /// Whether every role has come as far as working.
  [[nodiscard]] bool all_up() const noexcept;

  /// No new pings; what is in flight is finished.
  void drain();

  /// 0, or the status with which the run has to end.
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] std::uint64_t restarts(shm::Role role) const noexcept;

 private:
  struct Charge {
    shm::Role role = shm::Role::source;
    std::unique_ptr<Child> child;
    std::int64_t started_ns = 0;
    std::int64_t start_at_ns = 0;  ///< When to start it again.
    std::uint64_t restarts = 0;
    std::uint32_t bad_starts = 0;  ///< Deaths in a row before it was stable.
    bool ended = false;
    bool hung = false;                 ///< Killed by the supervisor.
    std::uint64_t bytes_read = 0;      ///< When it was last asked,
    std::int64_t read_at_ns = 0;       ///< and when that was seen to grow.
    std::int64_t silent_since_ns = 0;  ///< Its last sign of life before a long reading that was told.
    std::uint64_t forgiven_of = 0;  ///< What it had in hand when it was killed from outside, and how often.
    std::uint32_t forgiven = 0;
  };

  void start(Charge& charge);
  void start_later(Charge& charge, const std::string& words, std::int64_t now);
  void look_after(Charge& charge, std::int64_t now);
  void died(Charge& charge, const Ending& ending, std::int64_t now);
  void forgive(Charge& charge);
  void give_up(Charge& charge, int status);
  [[nodiscard]] std::int64_t silence(const Charge& charge, std::int64_t now) const noexcept;
  [[nodiscard]] bool reads_on(Charge& charge, std::int64_t now) const;
  [[nodiscard]] bool hangs(const Charge& charge, std::int64_t now) const noexcept;

  shm::Session& session_;
  SupervisorSettings settings_;
  std::vector<Charge> charges_;
  std::int64_t looked_ns_ = 0;       ///< When it last looked after them.
  std::int64_t awake_since_ns_ = 0;  ///< Silence before this is not held against anybody.
  int status_ = 0;
  bool given_up_ = false;
};

}  // namespace towfish::process
