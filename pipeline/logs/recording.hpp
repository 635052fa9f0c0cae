#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/logs/fault_counter.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/logs/log_file.hpp"
#include "pipeline/logs/samples.hpp"
#include "pipeline/sonar/ping.hpp"

namespace towfish {

/// The last position outside of the pings since the ping before.
struct Fix {
  std::int64_t time_utc_ns = kUnknownTime;  ///< kUnknownTime: as of the ping that it is handed out with.
  double latitude_deg = kUnknownDegrees;
  double longitude_deg = kUnknownDegrees;
};

/// The last attitude outside of the pings since the ping before. NaN: not measured.
struct Attitude {
  std::int64_t time_utc_ns = kUnknownTime;
  float heading_deg = kUnknown;
  float pitch_deg = kUnknown;
  float roll_deg = kUnknown;
  float heave_m = kUnknown;
};

/// What else was last measured outside of the pings since the ping before. NaN: not measured.
struct Measured {
  float depth_m = kUnknown;
  float altitude_m = kUnknown;
  float speed_mps = kUnknown;  ///< Over ground.
  [[nodiscard]] bool any() const noexcept {
    return std::isfinite(depth_m) || std::isfinite(altitude_m) || std::isfinite(speed_mps);
  }
};

/// A ping as it stands in the file: nothing smoothed, nothing interpolated.
struct RecordedPing {
  Ping ping;  ///< number and interval_s are not set.
  std::array<TraceGeometry, 2> geometry;
  std::array<TraceBytes, 2> trace;
  std::uint64_t at = 0;  ///< Byte offset, for faults.
  PositionFrom from = PositionFrom::nowhere;
  float layback_m = 0;  ///< The sonar is this far behind the position, against the heading.
  /// By side. Not 0: its samples are this far apart on the ground; geometry says how they come out.
  std::array<float, 2> ground_spacing_m{};
  std::optional<Fix> fix;
  std::optional<Attitude> attitude;
  Measured measured;
};

/// Where reading can start again so that the same pings follow.
using Mark = std::array<std::uint64_t, 2>;

/// A reader of one format: hands out what stands in the file, in file order. What is common to all formats
/// (navigation, scale, seeking) is done once, by RecordedLog.
class Recording {
 public:
  Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  virtual ~Recording() = default;

  /// The next ping of the chosen pair; false at the end. Never throws: what is wrong is counted.
  [[nodiscard]] virtual bool next(RecordedPing& out) = 0;
  /// The place behind the last ping; nullopt while something that was read waits for its other half.
  [[nodiscard]] virtual std::optional<Mark> mark() const = 0;
  virtual void rewind(const Mark& mark) = 0;

  /// The files that TraceBytes::file counts.
  [[nodiscard]] virtual std::vector<const LogFile*> files() const = 0;
  /// Bytes behind the reader in file 0.
  [[nodiscard]] virtual std::uint64_t position() const = 0;
  [[nodiscard]] virtual const LogDescription& description() const = 0;
  /// Whether recorders differ in how they store port, so that it has to be found out.
  [[nodiscard]] virtual bool port_order_varies() const { return false; }

  [[nodiscard]] FaultCounter& fault_counter() noexcept { return faults_; }

 protected:
  FaultCounter faults_;
};

}  // namespace towfish
