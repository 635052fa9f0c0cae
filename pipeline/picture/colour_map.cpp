#include "pipeline/picture/colour_map.hpp"

#include <algorithm>
#include <cmath>

namespace towfish {
namespace {

constexpr std::array<std::string_view, 4> kNames{"copper", "grey", "negative", "hot"};

template <class Red, class Green, class Blue>
ColourMap make(Red red, Green green, Blue blue) {
  ColourMap map{};
  const auto level = [](double v) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(v, 0.0, 1.0) * 255));
  };
  for (std::size_t i = 0; i < map.size(); ++i) {
    const double x = static_cast<double>(i) / 255;
    map[i] = {level(red(x)), level(green(x)), level(blue(x))};
  }
  return map;
}

const std::array<ColourMap, kNames.size()>& maps() {
  const auto same = [](double x) { return x; };
  const auto negative = [](double x) { return 1 - x; };
  static const std::array<ColourMap, kNames.size()> kMaps{
      // The classic linear copper: red saturates at four fifths.
      make([](double x) { return 1.25 * x; }, [](double x) { return 0.7812 * x; },
           [](double x) { return 0.4975 * x; }),
      make(same, same, same),
      make(negative, negative, negative),
      // Black, red, yellow, white: three ramps one after the other.
      make([](double x) { return x * 8 / 3; }, [](double x) { return x * 8 / 3 - 1; },
           [](double x) { return x * 4 - 3; }),
  };
  return kMaps;
}

}  // namespace

std::span<const std::string_view> colour_map_names() noexcept {
  return kNames;
}

const ColourMap* colour_map(std::string_view name) noexcept {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? nullptr : &maps()[static_cast<std::size_t>(found - kNames.begin())];
}

Picture coloured(const Picture& grey, const ColourMap& map) {
  Picture out(grey.width, grey.height, 3);
  std::uint8_t* rgb = out.pixels.data();
  for (const std::uint8_t level : grey.pixels) {
    rgb = std::copy(map[level].begin(), map[level].end(), rgb);
  }
  return out;
}

}  // namespace towfish
