#include "pipeline/commands/waterfall.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "pipeline/sonar/error.hpp"

namespace towfish::commands {
namespace {

constexpr std::size_t kContrastPings = 300;
constexpr double kDarkest = 0.02;     ///< Share of samples below black.
constexpr double kBrightest = 0.995;  ///< Share of samples below white.

/// What the first pass finds.
struct Extent {
  std::uint64_t pings = 0;
  std::uint64_t end = 0;
  float range_m = 0;
  float finest_m = INFINITY;
  double moved_m = 0;
  std::uint64_t moves = 0;

  void add(const PingPair& pair) {
    ++pings;
    end = pair.ping.number + 1;
    for (const TraceGeometry& side : pair.geometry) {
      if (side.samples == 0) continue;
      range_m = std::max(range_m, side.range_m());
      finest_m = std::min(finest_m, side.sample_spacing_m);
    }
    const double moved = pair.ping.speed_mps * pair.ping.interval_s;
    if (!std::isfinite(moved)) return;
    moved_m += moved;
    ++moves;
  }
};

Extent measure(Log& log, const WaterfallOptions& options, const std::function<void()>& each) {
  Extent extent;
  log.seek(options.first_ping);
  while (const PingPair* pair = log.next()) {
    if (options.end_ping != 0 && pair->ping.number >= options.end_ping) break;
    extent.add(*pair);
    each();
  }
  if (extent.pings == 0) throw UsageError("no ping lies in the span asked for");
  return extent;
}

/// Counts between which brightness runs from black to white.
struct Contrast {
  float black = 0;
  float white = 1;
};

Contrast find_contrast(Log& log, std::uint64_t first, const Extent& extent) {
  std::vector<std::uint64_t> histogram(65536);
  std::vector<std::uint16_t> trace;
  const std::uint64_t step = std::max<std::uint64_t>(1, (extent.end - first) / kContrastPings);
  for (std::uint64_t number = first; number < extent.end; number += step) {
    log.seek(number);
    const PingPair* pair = log.next();
    if (pair == nullptr) break;
    for (const Side side : kSides) {
      trace.resize(pair->geometry[index(side)].samples);
      if (trace.empty()) continue;
      log.read_trace(side, trace);
      for (const std::uint16_t count : trace) ++histogram[count];
    }
  }
  const auto total = std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
  const auto level = [&](double share) {
    auto left = static_cast<std::int64_t>(share * static_cast<double>(total));
    std::size_t count = 0;
    while (count + 1 < histogram.size() && (left -= static_cast<std::int64_t>(histogram[count])) >= 0)
      ++count;
    return static_cast<float>(count);
  };
  const float black = level(kDarkest);
  return {black, std::max(level(kBrightest), black + 1)};
}

/// Adds the mean of the samples that fall into each column of one side.
void add_trace(std::span<const std::uint16_t> trace, const TraceGeometry& geometry,
               const Waterfall& waterfall, Side side, std::span<float> sums, std::span<float> counts) {
  const auto columns = static_cast<std::size_t>(
      side == Side::port ? waterfall.nadir_column : waterfall.picture.width - waterfall.nadir_column);
  for (std::size_t c = 0; c < columns; ++c) {
    const float near_m = static_cast<float>(c) * waterfall.metres_per_column;
    const double from = geometry.sample_at(near_m) + 0.5;
    const double to = std::max(from + 1, geometry.sample_at(near_m + waterfall.metres_per_column) + 0.5);
    if (from < 0 || from >= static_cast<double>(trace.size())) continue;
    const auto first = static_cast<std::size_t>(from);
    const std::size_t last = std::min(trace.size(), std::max(first + 1, static_cast<std::size_t>(to)));
    const float sum = std::accumulate(trace.begin() + static_cast<std::ptrdiff_t>(first),
                                      trace.begin() + static_cast<std::ptrdiff_t>(last), 0.0F);
    const std::size_t x = side == Side::port ? waterfall.nadir_column - 1 - c : waterfall.nadir_column + c;
    sums[x] += sum / static_cast<float>(last - first);
    counts[x] += 1;
  }
}

/// Turns one row of mean amplitudes into brightness and starts the next.
class RowPainter {
 public:
  RowPainter(Waterfall& waterfall, Contrast contrast, float gamma)
      : waterfall_(&waterfall),
        contrast_(contrast),
        gamma_(gamma),
        sums_(waterfall.picture.width),
        counts_(waterfall.picture.width) {}

  void add(Log& log, const PingPair& pair) {
    for (const Side side : kSides) {
      trace_.resize(pair.geometry[index(side)].samples);
      if (trace_.empty()) continue;
      log.read_trace(side, trace_);
      add_trace(trace_, pair.geometry[index(side)], *waterfall_, side, sums_, counts_);
    }
  }
  void paint_rows(std::size_t first, std::size_t end) {
    for (std::size_t y = first; y < std::min<std::size_t>(end, waterfall_->picture.height); ++y) {
      const auto row = waterfall_->picture.row(y);
      for (std::size_t x = 0; x < row.size(); ++x) row[x] = brightness(x);
    }
  }
  void clear() {
    std::fill(sums_.begin(), sums_.end(), 0.0F);
    std::fill(counts_.begin(), counts_.end(), 0.0F);
  }

 private:
  [[nodiscard]] std::uint8_t brightness(std::size_t x) const {
    if (counts_[x] == 0) return 0;
    const float part = (sums_[x] / counts_[x] - contrast_.black) / (contrast_.white - contrast_.black);
    return static_cast<std::uint8_t>(std::lround(255 * std::pow(std::clamp(part, 0.0F, 1.0F), gamma_)));
  }

  Waterfall* waterfall_;
  Contrast contrast_;
  float gamma_;
  std::vector<float> sums_;
  std::vector<float> counts_;
  std::vector<std::uint16_t> trace_;
};

Waterfall lay_out(const Extent& extent, const WaterfallOptions& options) {
  Waterfall waterfall;
  waterfall.first_ping = options.first_ping;
  const auto native = static_cast<std::uint32_t>(std::ceil(extent.range_m / extent.finest_m));
  const std::uint32_t side = std::clamp(native, 1U, options.max_width / 2);
  waterfall.nadir_column = side;
  waterfall.metres_per_column = extent.range_m / static_cast<float>(side);
  const double spacing_m = extent.moves > 0 ? extent.moved_m / static_cast<double>(extent.moves) : 0;
  const auto pings = static_cast<double>(extent.end - options.first_ping);
  if (options.square && spacing_m > 0) waterfall.pings_per_row = waterfall.metres_per_column / spacing_m;
  waterfall.pings_per_row = std::max(waterfall.pings_per_row, pings / options.max_height);
  waterfall.metres_per_row = static_cast<float>(spacing_m * waterfall.pings_per_row);
  const auto rows = static_cast<std::uint32_t>(
      std::clamp(std::floor(pings / waterfall.pings_per_row), 1.0, static_cast<double>(options.max_height)));
  waterfall.picture = Picture(2 * side, rows, 1);
  return waterfall;
}

}  // namespace

Waterfall paint(Log& log, const WaterfallOptions& options, const std::function<void()>& each) {
  const Extent extent = measure(log, options, each);
  Waterfall waterfall = lay_out(extent, options);
  RowPainter painter(waterfall, find_contrast(log, options.first_ping, extent), options.gamma);
  log.seek(options.first_ping);
  std::size_t row = 0;
  while (const PingPair* pair = log.next()) {
    if (pair->ping.number >= extent.end) break;
    painter.add(log, *pair);
    // Several pings make a row, or one ping makes several.
    const auto next =
        static_cast<std::size_t>(waterfall.row_of(static_cast<double>(pair->ping.number + 1)) + 1e-6);
    if (next > row) {
      painter.paint_rows(row, next);
      painter.clear();
      row = next;
    }
    each();
  }
  return waterfall;
}

}  // namespace towfish::commands
