#include "pipeline/picture/writing.hpp"

#include <algorithm>
#include <cstddef>

namespace towfish {

namespace {

constexpr int kBright = 160;
constexpr float kColourless = 0.8F;  // weakest : strongest channel of white writing
constexpr float kPale = 0.55F;       // and of what a map that ends in white passes through on its way there,
constexpr double kMostPale = 1.2;  // several times as often as through white; JPEG smears some around writing
constexpr double kLeastWriting = 0.003;  // of the picture
constexpr double kMostWriting = 0.1;
constexpr std::int64_t kMargin = 3;

// Every pixel within kMargin of a marked one.
std::vector<bool> grown(const std::vector<bool>& marked, std::int64_t width, std::int64_t height) {
  std::vector<bool> result(marked.size());
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      if (!marked[static_cast<std::size_t>(y * width + x)]) continue;
      for (auto v = std::max<std::int64_t>(0, y - kMargin); v < std::min(height, y + kMargin + 1); ++v) {
        const auto first = v * width + std::max<std::int64_t>(0, x - kMargin);
        const auto last = v * width + std::min(width - 1, x + kMargin);
        for (auto i = first; i <= last; ++i) result[static_cast<std::size_t>(i)] = true;
      }
    }
  }
  return result;
}

}  // namespace

std::vector<bool> find_writing(const Picture& picture) {
  if (picture.channels != 3) return {};
  const std::size_t pixels = picture.pixels.size() / 3;
  std::vector<bool> white(pixels);
  std::size_t whites = 0;
  std::size_t pales = 0;
  for (std::size_t i = 0; i < pixels; ++i) {
    const auto [weakest, strongest] =
        std::minmax({picture.pixels[3 * i], picture.pixels[3 * i + 1], picture.pixels[3 * i + 2]});
    if (strongest < kBright) continue;
    const float colourless = static_cast<float>(weakest) / static_cast<float>(strongest);
    white[i] = colourless >= kColourless;
    whites += white[i] ? 1 : 0;
    pales += colourless >= kPale && colourless < kColourless ? 1 : 0;
  }
  const double share = static_cast<double>(whites) / static_cast<double>(pixels);
  const bool is_writing = share >= kLeastWriting && share <= kMostWriting &&
                          static_cast<double>(pales) <= kMostPale * static_cast<double>(whites);
  return is_writing ? grown(white, picture.width, picture.height) : std::vector<bool>{};
}

void paint_over(Picture& grey, const std::vector<bool>& marked) {
  const auto width = static_cast<std::int64_t>(grey.width);
  const auto height = static_cast<std::int64_t>(grey.height);
  const auto at = [width](std::int64_t x, std::int64_t y) { return static_cast<std::size_t>(y * width + x); };
  const auto is_clear = [&](std::int64_t x, std::int64_t y) {
    return y >= 0 && y < height && !marked[at(x, y)];
  };
  for (std::int64_t x = 0; x < width; ++x) {
    for (std::int64_t first = 0; first < height; ++first) {
      if (!marked[at(x, first)]) continue;
      std::int64_t end = first;
      while (end < height && marked[at(x, end)]) ++end;
      for (std::int64_t y = first; y < end; ++y) {
        const std::int64_t above = 2 * first - 1 - y;
        const std::int64_t below = 2 * end - 1 - y;
        const std::int64_t from = is_clear(x, above)   ? above
                                  : is_clear(x, below) ? below
                                  : first > 0          ? first - 1
                                                       : end;
        if (from >= 0 && from < height) grey.pixels[at(x, y)] = grey.pixels[at(x, from)];
      }
      first = end;
    }
  }
}

}  // namespace towfish
