#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "pipeline/sonar/ping.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish {

/// What a thing on the bottom is taken for.
enum class ContactClass : std::uint8_t {
  milec,  ///< Mine-like echo: found, not classified.
  milco,  ///< Mine-like contact.
  nombo,  ///< Non-mine bottom object.
};

constexpr const char* name(ContactClass c) noexcept {
  return c == ContactClass::milco ? "MILCO" : c == ContactClass::nombo ? "NOMBO" : "MILEC";
}

inline constexpr std::size_t kMaxAlgorithms = 6;

/// One side's finding, in ping and sample coordinates, with all that fusion needs to place it. A wire struct.
///
/// Extents are inclusive. Sizes in metres; NaN where not measured.
struct Detection {
  std::uint64_t ping = 0;  ///< Ping number of its middle.
  std::uint64_t first_ping = 0;
  std::uint64_t last_ping = 0;
  std::uint32_t sample = 0;  ///< Far edge of the highlight, where the shadow begins; from nadir.
  std::uint32_t highlight_first_sample = 0;
  std::uint32_t highlight_last_sample = 0;
  std::uint32_t shadow_last_sample = 0;
  float slant_range_m = 0;  ///< To the middle of the highlight.
  float ground_range_m = kUnknown;
  float altitude_m = kUnknown;       ///< As tracked in the data at `ping`.
  float length_m = kUnknown;         ///< Along track.
  float width_m = kUnknown;          ///< Across track, of the highlight.
  float height_m = kUnknown;         ///< From the shadow.
  float shadow_length_m = kUnknown;  ///< In slant range.
  float llr = 0;                     ///< Log-likelihood ratio (natural log) object : no object.
  float llr_by_algorithm[kMaxAlgorithms] =
      {};             ///< In the order of the detector's algorithms; 0 where unused.
  float range_m = 0;  ///< Full slant range of the trace it was found in.
  float frequency_khz = 0;
  ContactClass contact_class = ContactClass::milec;
  Side side = Side::port;
  std::uint16_t reserved = 0;
  std::uint32_t reserved2 = 0;
  Ping at;  ///< The middle ping: position, attitude, time.
};
static_assert(std::is_trivially_copyable_v<Detection> && sizeof(Detection) == 240);

/// A small picture of a detection after conditioning: rows along track (later pings lower), columns across
/// track (nadir left), centred on the far edge of the highlight, at one scale both ways. A wire struct.
struct Chip {
  static constexpr std::size_t kSize = 64;
  std::uint8_t pixels[kSize * kSize] = {};  ///< 0 darkest, 255 brightest; 128 is the background's level.
  float metres_per_pixel = 0;
  float reserved = 0;
};
static_assert(std::is_trivially_copyable_v<Chip> && sizeof(Chip) == 4104);

/// Detections, with their chips where wanted, being written into a place of fixed size.
/// Full: further ones are refused and counted.
class DetectionList {
 public:
  /// `chips` is empty (no chips are wanted) or as long as `detections`.
  explicit DetectionList(std::span<Detection> detections, std::span<Chip> chips = {}) noexcept
      : detections_(detections), chips_(chips) {}

  /// The chip that goes with the new detection, to be filled in place; nullptr when none is wanted or it was
  /// refused.
  Chip* push(const Detection& detection) noexcept {
    if (count_ == detections_.size()) {
      ++refused_;
      return nullptr;
    }
    detections_[count_++] = detection;
    return chips_.empty() ? nullptr : &chips_[count_ - 1];
  }
  [[nodiscard]] std::span<const Detection> items() const noexcept { return detections_.first(count_); }
  [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

 private:
  std::span<Detection> detections_;
  std::span<Chip> chips_;
  std::size_t count_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace towfish
