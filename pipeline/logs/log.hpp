#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/sonar/ping_source.hpp"

/// Recorded logs: every format behind one interface.
namespace towfish {

/// In which order a log holds the samples of its port side.
enum class PortOrder : std::uint8_t {
  detect,        ///< By likeness to starboard over the first pings, or else as the format has it.
  far_to_nadir,  ///< As XTF wants it.
  nadir_to_far,
};

/// Choices that a file leaves open.
struct LogOptions {
  std::optional<std::size_t> pair = std::nullopt;  ///< Index in LogDescription::pairs.
  std::optional<float> frequency_khz =
      std::nullopt;  ///< The pair nearest to it. Neither: the highest frequency.
  PortOrder port_order = PortOrder::detect;
  std::string utm_zone = {};  ///< Such as "19N": positions in projected metres lie in this zone of WGS 84.

  // For what says nothing of scale: pictures, and Humminbird of its range.
  std::optional<float> range_m = std::nullopt;         ///< Of the picture's wider side from nadir; else 30 m.
  std::optional<float> ping_spacing_m = std::nullopt;  ///< Along track per row; else square pixels.
  std::optional<std::uint32_t> nadir_column =
      std::nullopt;  ///< First column of starboard; else found in the picture.
};

/// A port and a starboard channel that belong together.
struct ChannelPair {
  float frequency_khz = 0;    ///< 0: not known.
  std::string name;           ///< As the recorder calls it.
  std::array<bool, 2> has{};  ///< By index(side).
};

/// What a log says of itself at opening.
struct LogDescription {
  std::string format;    ///< "XTF", "JSF" ...
  std::string recorder;  ///< Program and version that recorded it; empty if not told.
  std::string sonar;     ///< Empty if not told.
  std::vector<ChannelPair> pairs;
  std::size_t pair = 0;              ///< The one being read.
  std::string sample_format;         ///< Such as "16-bit unsigned".
  std::string port_order;            ///< "far to nadir (detected)" ...
  std::vector<std::string> remarks;  ///< What a reader had to assume, and what the file lacks.
};

/// Where the position of a ping came from.
enum class PositionFrom : std::uint8_t {
  nowhere,
  sensor,
  ship,
  ship_with_layback,
  navigation_packets,
  pings_around,  ///< It had none itself, and lies between pings that have.
};
inline constexpr std::size_t kPositionFromCount = 6;

/// A recorded log, pings in file order, Ping::number their 0-based index.
///
/// NAVIGATION. Each ping's values are a function of the recorded pings at most kNavigationWindow before and
/// after it, so they are the same after seek() as in one pass:
///   - Positions out of range or exactly 0, 0 are unknown. A recorded position is taken as measured at the
///     first ping that shows it; the pings until the next one lie between the two, in proportion to time
///     (to ping count where stamps are missing or go back). Before the first and after the last measured
///     position, and where one is repeated for more than the window, nothing is interpolated.
///   - interval_s is the slope of a line through the time stamps of the pings around (17, or 129 where stamps
///     are so coarse that most repeat), kept clear of pauses and of clocks that jump; across those it is the
///     difference of the two stamps, and NaN where that is negative.
///   - What was measured outside of the pings (attitude, depth, altitude, speed) fills in what a ping lacks:
///     attitude in proportion to time, the others as last measured.
///   - speed_mps is the recorded one; where that is 0 or absurd, and always for course_deg, the displacement
///     between measured positions around the ping.
/// SAMPLES. counts_per_unit is a power of two, one for the whole log; recorded 8 and 16-bit integers without
/// changing weights are kept exactly. GEOMETRY is kept while it differs by less than 0.5 % at the far end:
/// measured sound speeds flicker.
/// Memory is bounded whatever the length. Threads: one thread.
class Log : public PingSource {
 public:
  static constexpr std::uint64_t kNavigationWindow = 64;

  [[nodiscard]] virtual const LogDescription& description() const = 0;

  /// Number of the first ping at or after this time; nullopt if there is none. Reads headers only, and none
  /// twice beyond the last ping read so far. Leaves the place where next() reads.
  [[nodiscard]] virtual std::optional<std::uint64_t> find_time(std::int64_t time_utc_ns) = 0;

  /// The last place up to ping `number` at which reading can begin again, as text for another reader of the
  /// same file with the same options; empty where there is none but the beginning.
  [[nodiscard]] virtual std::string place_before(std::uint64_t /*number*/) const { return {}; }
  /// What another reader's place_before() gave: seek() then finds what lies behind it without reading all
  /// headers up to there. What is no such text is ignored.
  virtual void learn_place(const std::string& /*place*/) {}

  /// How much of the file has been read, 0 to 1.
  [[nodiscard]] virtual double progress() const = 0;

  /// Where the current ping's position came from.
  [[nodiscard]] virtual PositionFrom position_from() const = 0;
};

/// Opens a log of any format, recognised by content: XTF, JSF, SDF, SL2/SL3, Humminbird (folder, .DAT or
/// .SON), RSD, svlog, a PNG or JPEG picture, or a folder of pictures. Throws InputError with one line that
/// says what is wrong, UsageError where the options do not fit the file.
[[nodiscard]] std::unique_ptr<Log> open_log(const std::filesystem::path& path,
                                            const LogOptions& options = {});

}  // namespace towfish
