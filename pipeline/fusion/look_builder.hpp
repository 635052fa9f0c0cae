#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/fusion/placement.hpp"
#include "pipeline/sonar/contact.hpp"

namespace towfish {

/// A detection with all that is known about it beside.
struct PlacedDetection {
  Detection detection;
  std::uint64_t key = 0;  ///< In the store.
  std::uint32_t pass = 0;
  Placement placement;
  double heading_deg = kUnknownDegrees;
  double sample_spacing_m = 0;
};

/// Makes looks out of the detections of one side, in the order in which the detector gives them.
///
/// Pieces: detections whose highlights touch are one look (an object cut by a window or given twice), and so
/// are two of which one stands in the other's shadow or at its end, no farther behind than a mine is long:
/// nothing on the bottom can be seen there, but the far end of what casts it can (a cylinder end on). Crowds:
/// many detections in a row, each next to another, that together are longer than a mine can be, become one
/// extended look; two or three mines side by side stay what they are. Only looks that ended at most
/// settle_pings ago can still grow, so memory and time a detection are bounded.
class LookBuilder {
 public:
  explicit LookBuilder(const LookSettings& settings) : settings_(settings) {}

  struct Growth {
    Look look;  ///< The look that the detection belongs to, as it is now.
    bool is_new = false;
    std::vector<std::uint64_t> absorbed;  ///< Earlier looks that are part of it now.
  };
  /// `next_id` is the id of a new look, and is advanced by two when one is made: the other side has the
  /// others.
  Growth add(const PlacedDetection& placed, std::uint64_t& next_id);
  /// Looks that may still grow are added to `ids`.
  void open_looks(std::unordered_set<std::uint64_t>& ids) const {
    for (const Open& open : open_) ids.insert(open.look.id);
  }

 private:
  struct Box {
    std::uint64_t first_ping;
    std::uint64_t last_ping;
    std::uint32_t first_sample;
    std::uint32_t last_sample;
    std::uint32_t shadow_last_sample;
    bool extended;
  };
  struct Open {
    Look look;
    Box box;
    double weight = 0;  ///< Sum of the detections' weights,
    double east_m = 0;  ///< and of their weighted positions from `origin`.
    double north_m = 0;
    Position origin = kNoPosition;
    double longest_m = kUnknownDegrees;  ///< Of the single detections.
    Covariance of_best;                  ///< The best detection's covariance.
  };
  struct Spacing {
    double ping_m;
    double sample_m;
  };

  [[nodiscard]] Open begin(const PlacedDetection& placed) const;
  static void join(Open& into, const Open& from);
  void measure(Open& open, const Spacing& spacing) const;
  [[nodiscard]] bool touch(const Box& a, const Box& b, const Spacing& spacing) const noexcept;
  [[nodiscard]] bool in_shadow(const Box& front, const Box& back, const Spacing& spacing) const noexcept;
  [[nodiscard]] static bool crowd(const Box& a, const Box& b, const Spacing& spacing, double most_m) noexcept;
  /// Moves into `open` every other open look for which `linked` holds, over any number of steps.
  std::vector<std::uint64_t> absorb_touching(Open& open, const Spacing& spacing);
  std::vector<std::uint64_t> absorb_crowd(Open& open, const Spacing& spacing);
  void forget_settled(std::uint64_t ping);

  LookSettings settings_;
  void erase(std::size_t number);
  [[nodiscard]] bool joins(const Box& a, const Box& b, const Spacing& spacing) const noexcept;

  std::vector<Open> open_;
  std::vector<Box> boxes_;  ///< Of open_, close together to be searched.
  std::uint64_t newest_ping_ = 0;
};

}  // namespace towfish
