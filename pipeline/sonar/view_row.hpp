#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "pipeline/sonar/ping.hpp"

namespace towfish {

/// One conditioned trace for people to look at: 8 bits a column, columns of equal slant range, nadir first.
/// A wire struct.
struct ViewRow {
  static constexpr std::size_t kMostColumns = 1024;
  static constexpr int kBackground = 128;  ///< The level of the local background.
  static constexpr int kGreyPerDecibel = 7;

  std::uint64_t sequence = 0;  ///< Of the frame that the ping was in.
  std::uint64_t ping = 0;
  std::int64_t time_utc_ns = kUnknownTime;
  std::int64_t published_ns = 0;          ///< CLOCK_MONOTONIC when the source published the frame.
  double latitude_deg = kUnknownDegrees;  ///< Of the sonar.
  double longitude_deg = kUnknownDegrees;
  float heading_deg = kUnknown;
  float altitude_m = kUnknown;  ///< As tracked in the data some pings before, else as recorded.
  float first_edge_m = 0;       ///< Slant range at the near edge of column 0.
  float column_m = 0;           ///< Slant range a column covers.
  float samples_per_column = 1;
  std::uint32_t columns = 0;
  std::array<std::uint8_t, kMostColumns> pixels{};  ///< The first `columns` of them.
};
static_assert(std::is_trivially_copyable_v<ViewRow> && sizeof(ViewRow) == 72 + ViewRow::kMostColumns);
static_assert(offsetof(ViewRow, heading_deg) == 48 && offsetof(ViewRow, pixels) == 72);

/// Takes the rows that a detector shows. Never refuses one and never waits.
class ViewSink {
 public:
  ViewSink() = default;
  ViewSink(const ViewSink&) = delete;
  ViewSink& operator=(const ViewSink&) = delete;
  virtual ~ViewSink() = default;
  virtual void show(const ViewRow& row) noexcept = 0;
};

}  // namespace towfish
