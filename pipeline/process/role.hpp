#pragma once

#include <cstdint>
#include <functional>
#include <limits>

#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// What a role did when it was given its turn.
enum class Step {
  worked,  ///< Something: give it another turn.
  idle,    ///< Nothing to do until ready() or wake_at_ns().
  ended,   ///< All its work is done.
};

/// One role of the pipeline as a machine that is stepped: by a process of its own, by a thread, or in turn
/// with the others in one loop. The same code in all three. Threads: one thread.
class RoleWork {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  RoleWork() = default;
  RoleWork(const RoleWork&) = delete;
  RoleWork& operator=(const RoleWork&) = delete;
  virtual ~RoleWork() = default;

  /// Does a bounded amount of work (a ping, a frame, a pair) without waiting.
  virtual Step step() = 0;

  /// Whether a step would work now. Looks at shared indices sequentially consistent.
  [[nodiscard]] virtual bool ready() noexcept = 0;

  /// CLOCK_MONOTONIC moment at which a step works even if nobody rings.
  [[nodiscard]] virtual std::int64_t wake_at_ns() const noexcept { return kNever; }
};

/// Runs a role until it has ended or `stop` answers true. Keeps the row's heartbeat, state and busy time.
/// `stop` is asked at least every 100 ms. Returns true when the work is done.
bool run(RoleWork& work, shm::RoleRow& row, const std::function<bool()>& stop);

}  // namespace towfish::process
