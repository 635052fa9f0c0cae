#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace towfish {

enum class Sediment : std::uint8_t { mud, silt, fine_sand, medium_sand, gravel, cobble, rock };

inline constexpr std::array<std::pair<std::string_view, Sediment>, 7> kSediments{
    {{"mud", Sediment::mud},
     {"silt", Sediment::silt},
     {"fine_sand", Sediment::fine_sand},
     {"medium_sand", Sediment::medium_sand},
     {"gravel", Sediment::gravel},
     {"cobble", Sediment::cobble},
     {"rock", Sediment::rock}}};

/// One kind of bottom.
struct BottomSettings {
  Sediment sediment = Sediment::medium_sand;
  double texture_shape = 0;
  double texture_scale_m = 0.4;
  double roughness_m = 0;
  double roughness_scale_m = 2;
  double ripple_height_m = 0;
  double ripple_wavelength_m = 0.6;
  double ripple_direction_deg = 0;

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("sediment", sediment, std::span<const std::pair<std::string_view, Sediment>>(kSediments),
             "What it is made of: sets its backscattering strength.");
    v.number("texture_shape", texture_shape, "", 0, 1000,
             "Shape of the K-distribution: 0.5 to 3 weed, rock, ripples; 3 to 10 mixed; 0: Rayleigh.");
    v.number("texture_scale_m", texture_scale_m, "m", 0.02, 50, "Correlation length of that texture.");
    v.number("roughness_m", roughness_m, "m", 0, 2, "Standard deviation of its small-scale relief.");
    v.number("roughness_scale_m", roughness_scale_m, "m", 0.1, 50, "Largest scale of that relief.");
    v.number("ripple_height_m", ripple_height_m, "m", 0, 3, "Trough to crest; 0: no ripples.");
    v.number("ripple_wavelength_m", ripple_wavelength_m, "m", 0.05, 100, "Crest to crest.");
    v.number("ripple_direction_deg", ripple_direction_deg, "deg", 0, 360, "True bearing across the crests.");
  }
};

}  // namespace towfish
