#include "pipeline/logs/picture_log.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <utility>

#include "pipeline/picture/writing.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish {
namespace {

constexpr std::size_t kNothingLoaded = static_cast<std::size_t>(-1);
constexpr float kCountsPerLevel = 256;
constexpr float kDefaultRange_m = 30;
constexpr std::uint8_t kLitRow = 64;       ///< Rows without a pixel this bright show nothing.
constexpr std::uint8_t kBrightLine = 64;   ///< The least level of a nadir line.
constexpr double kLineShare = 0.7;         ///< Of the brightest line's level.
constexpr std::uint32_t kWidestLine = 20;  ///< A line is at most a twentieth of the picture wide.

/// The level that three quarters of the lit rows reach, for each column.
std::vector<std::uint8_t> lasting_levels(const Picture& picture) {
  std::vector<std::size_t> lit;
  for (std::size_t y = 0; y < picture.height; ++y) {
    const auto row = picture.row(y);
    if (*std::max_element(row.begin(), row.end()) >= kLitRow) lit.push_back(y);
  }
  std::vector<std::uint8_t> levels(picture.width, 0);
  std::vector<std::uint8_t> column(lit.size());
  for (std::size_t x = 0; x < picture.width && !lit.empty(); ++x) {
    for (std::size_t i = 0; i < lit.size(); ++i) column[i] = picture.row(lit[i])[x];
    const auto quarter = column.begin() + static_cast<std::ptrdiff_t>(column.size() / 4);
    std::nth_element(column.begin(), quarter, column.end());
    levels[x] = *quarter;
  }
  return levels;
}

}  // namespace

std::optional<std::uint32_t> find_nadir_column(const Picture& picture) {
  const std::vector<std::uint8_t> levels = lasting_levels(picture);
  const std::uint32_t first = picture.width / 3;
  const std::uint32_t last = picture.width - picture.width / 3;
  if (first >= last) return std::nullopt;
  const std::uint8_t brightest = *std::max_element(levels.begin() + first, levels.begin() + last);
  const double bright = std::max<double>(kBrightLine, kLineShare * brightest);
  std::optional<std::uint32_t> nearest;
  const auto off_middle = [&](std::uint32_t column) { return std::abs(2.0 * column - picture.width); };
  for (std::uint32_t x = first; x < last; ++x) {
    if (levels[x] < bright) continue;
    std::uint32_t end = x;
    while (end < picture.width && levels[end] >= bright) ++end;
    const std::uint32_t middle = (x + end) / 2;
    if (end - x <= picture.width / kWidestLine && (!nearest || off_middle(middle) < off_middle(*nearest))) {
      nearest = middle;
    }
    x = end;
  }
  return nearest;
}

PictureLog::PictureLog(std::vector<std::filesystem::path> pictures, const LogOptions& options)
    : pictures_(std::move(pictures)), options_(options), first_pings_{0}, loaded_(kNothingLoaded) {
  description_.format =
      pictures_.size() == 1 ? "picture" : "folder of " + std::to_string(pictures_.size()) + " pictures";
  description_.pairs.push_back({0, "picture", {true, true}});
  description_.sample_format = "8-bit intensity";
  description_.port_order = "far to nadir (port is left)";
  if (!load(0)) throw InputError(pictures_.front().string() + ": no picture can be read as a waterfall");
  if (!options_.range_m)
    description_.remarks.emplace_back("range is not told: 30 m a side is assumed (--range-m)");
  if (!options_.ping_spacing_m) {
    description_.remarks.emplace_back(
        "spacing of rows is not told: square pixels are assumed (--ping-spacing-m)");
  }
  if (!options_.nadir_column) {
    description_.remarks.push_back(find_nadir_column(intensity_)
                                       ? "nadir found at column " + std::to_string(nadir_)
                                       : "no nadir line found: the middle is taken (--nadir-column)");
  }
}

bool PictureLog::open(std::size_t number) {
  try {
    const Picture picture = read_picture(pictures_[number]);
    intensity_ = intensity(picture);
    if (const auto writing = find_writing(picture); !writing.empty()) {
      paint_over(intensity_, writing);
      faults_.note("picture_writing_painted_over", first_pings_[number]);
    }
  } catch (const PictureError& error) {
    if (pictures_.size() == 1) throw InputError(error.what());
    faults_.note("picture_unreadable", first_pings_[number]);
    return false;
  }
  if (intensity_.damaged) faults_.note("picture_damaged", first_pings_[number]);
  if (options_.nadir_column && *options_.nadir_column > intensity_.width) {
    throw UsageError(pictures_[number].string() + ": nadir column " + std::to_string(*options_.nadir_column) +
                     " is outside of a picture " + std::to_string(intensity_.width) + " wide");
  }
  nadir_ = options_.nadir_column ? *options_.nadir_column
                                 : find_nadir_column(intensity_).value_or(intensity_.width / 2);
  return true;
}

bool PictureLog::load(std::uint64_t number) {
  std::size_t wanted = static_cast<std::size_t>(
      std::upper_bound(first_pings_.begin(), first_pings_.end(), number) - first_pings_.begin() - 1);
  for (; wanted < pictures_.size(); ++wanted) {
    const bool known = wanted + 1 < first_pings_.size();
    if (known && number + 1 >= first_pings_[wanted + 1]) continue;  // past its last row, or it has none
    if (wanted != loaded_) {
      const bool usable = open(wanted);
      loaded_ = usable ? wanted : kNothingLoaded;
      const std::uint64_t rows = usable ? intensity_.height : 0;
      if (!known) first_pings_.push_back(first_pings_[wanted] + rows + 1);
      if (rows == 0) continue;
    }
    if (number < first_pings_[wanted] + intensity_.height) return true;
  }
  total_ = first_pings_.back() - 1;
  return false;
}

const PingPair* PictureLog::next() {
  if (!load(next_number_)) return nullptr;
  next_number_ = std::max(next_number_, first_pings_[loaded_]);
  row_ = next_number_ - first_pings_[loaded_];
  const std::array<std::uint32_t, 2> widths{nadir_, intensity_.width - nadir_};
  const float spacing_m =
      options_.range_m.value_or(kDefaultRange_m) / static_cast<float>(std::max(widths[0], widths[1]));
  current_ = {};
  for (const Side side : kSides) {
    current_.geometry[index(side)] = {widths[index(side)], 0, spacing_m, 0, kCountsPerLevel};
  }
  current_.ping.number = next_number_;
  current_.ping.speed_mps = options_.ping_spacing_m.value_or(spacing_m);
  if (row_ > 0) current_.ping.interval_s = 1;
  ++next_number_;
  return &current_;
}

void PictureLog::read_trace(Side side, std::span<std::uint16_t> out) {
  const auto row = std::as_const(intensity_).row(row_);
  const auto counts = [](std::uint8_t level) { return static_cast<std::uint16_t>(level * kCountsPerLevel); };
  if (side == Side::starboard) {
    const auto starboard = row.subspan(nadir_);
    std::transform(starboard.begin(), starboard.end(), out.begin(), counts);
  } else {
    const auto port = row.first(nadir_);
    std::transform(port.rbegin(), port.rend(), out.begin(), counts);
  }
}

double PictureLog::progress() const {
  if (loaded_ == kNothingLoaded) return 1;
  const double within = intensity_.height > 0 ? static_cast<double>(row_ + 1) / intensity_.height : 0;
  return (static_cast<double>(loaded_) + within) / static_cast<double>(pictures_.size());
}

std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> pictures;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::array<char, 8> start{};
    if (!entry.is_regular_file()) continue;
    std::ifstream(entry.path(), std::ios::binary).read(start.data(), start.size());
    if (looks_like_picture(std::as_bytes(std::span(start)))) pictures.push_back(entry.path());
  }
  std::sort(pictures.begin(), pictures.end(), [](const auto& a, const auto& b) {
    return ::strverscmp(a.filename().c_str(), b.filename().c_str()) < 0;
  });
  return pictures;
}

}  // namespace towfish
