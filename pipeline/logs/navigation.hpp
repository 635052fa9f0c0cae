#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/logs/recording.hpp"

namespace towfish {

/// The recorded pings around one ping, from which its position, course, speed and interval follow by the
/// rules that Log states. What it resolves depends on nothing but pings at most kReach away.
class NavigationWindow {
 public:
  static constexpr std::uint64_t kReach = Log::kNavigationWindow;

  NavigationWindow();
  /// Empties it; the next ping pushed has this number.
  void restart(std::uint64_t number) noexcept;
  /// Adds ping end(); forgets what is further back than anybody needs.
  void push(const RecordedPing& ping);

  /// Pings first() .. end() - 1 are there.
  [[nodiscard]] std::uint64_t first() const noexcept {
    return end_ - restarted_ > ring_.size() ? end_ - ring_.size() : restarted_;
  }
  [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
  [[nodiscard]] const RecordedPing& at(std::uint64_t number) const noexcept {
    return ring_[number % ring_.size()];
  }
  /// The oldest ping that has to be there before `number` can be resolved.
  [[nodiscard]] static std::uint64_t oldest_needed(std::uint64_t number) noexcept {
    return number > kReach ? number - kReach - 1 : 0;
  }

  /// Ping `number` with everything that its neighbours tell. Neighbours that are not there do not exist.
  /// `from` becomes the source of its position.
  [[nodiscard]] Ping resolve(std::uint64_t number, PositionFrom& from) const;

 private:
  struct Stretch {
    std::uint64_t first;
    std::uint64_t last;
  };
  struct Steps {
    std::int64_t longest_ns = 0;
    bool coarse = false;  ///< Most stamps repeat.
  };
  [[nodiscard]] std::int64_t time(std::uint64_t i) const noexcept { return at(i).ping.time_utc_ns; }
  [[nodiscard]] bool is_knot(std::uint64_t i) const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> knot_at_or_before(std::uint64_t i, std::uint64_t stop) const;
  [[nodiscard]] std::optional<std::uint64_t> knot_after(std::uint64_t i, std::uint64_t stop) const;
  [[nodiscard]] double share(std::uint64_t from, std::uint64_t i, std::uint64_t to) const;
  [[nodiscard]] Stretch around(std::uint64_t number, std::uint64_t reach) const;
  [[nodiscard]] Steps steps_within(Stretch window) const;
  [[nodiscard]] Stretch steady(std::uint64_t number, Stretch within, std::int64_t longest_step_ns) const;

  void resolve_interval(std::uint64_t number, Ping& ping) const;
  void resolve_position(std::uint64_t number, Ping& ping) const;
  void resolve_fix(std::uint64_t number, Ping& ping) const;
  void resolve_attitude(std::uint64_t number, Ping& ping) const;
  void fill_from_attitudes(std::uint64_t number, float Attitude::*field, std::int64_t time_utc_ns,
                           float& value) const;
  void resolve_measured(std::uint64_t number, Ping& ping) const;
  void resolve_motion(std::uint64_t number, Ping& ping) const;
  void apply_layback(float layback_m, Ping& ping) const;

  /// One more than the number of the last ping that brought each; 0 where none did.
  struct Last {
    std::uint64_t fix = 0;
    std::uint64_t attitude = 0;
    std::uint64_t measured = 0;
  };

  std::vector<RecordedPing> ring_;
  Last last_;
  std::uint64_t restarted_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace towfish
