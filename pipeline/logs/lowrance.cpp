#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "pipeline/logs/block_recording.hpp"
#include "pipeline/logs/recordings.hpp"
#include "pipeline/logs/time_stamp.hpp"
#include "pipeline/sonar/error.hpp"

// Offsets follow opensounder/sounder-log-formats and SL3Reader, checked there on real files.
namespace towfish {
namespace {

constexpr std::uint64_t kFileHeaderBytes = 8;
constexpr float kFoot_m = 0.3048F;
constexpr float kKnot_mps = 0.514444F;
constexpr double kDegrees = 180 / std::numbers::pi;
constexpr int kSurveyedFrames = 500;
constexpr std::uint16_t kLeft = 3;
constexpr std::uint16_t kRight = 4;
constexpr std::uint16_t kComposite = 5;

/// Where the fields of a frame lie: the two formats order them differently.
struct Layout {
  std::size_t header, block_bytes, channel, packet_bytes, upper, lower, frequency, hardware_time, depth,
      speed, x, y, heading, flags, milliseconds;
};
constexpr Layout kSl2{144, 28, 32, 34, 40, 44, 53, 60, 64, 100, 108, 112, 128, 132, 140};
constexpr Layout kSl3{168, 8, 12, 44, 20, 24, 52, 40, 48, 84, 92, 96, 112, 116, 124};

float frequency_khz(std::uint8_t code) {
  constexpr std::array<float, 11> kCodes{200, 50, 83, 455, 800, 38, 28, 170, 120, 50, 35};
  return code < kCodes.size() ? kCodes[code] : 0;
}

class LowranceRecording final : public BlockRecording {
 public:
  explicit LowranceRecording(std::unique_ptr<LogFile> log)
      : BlockRecording(std::move(log), kFileHeaderBytes) {
    is_sl3_ = window().fields(0, 2).little<std::uint16_t>(0) == 3;
    layout_ = is_sl3_ ? &kSl3 : &kSl2;
    describe(is_sl3_ ? "SL3" : "SL2", {});
    survey();
  }

 private:
  /// Which side-scan channels there are, and when the recording began.
  void survey() {
    std::array<bool, 16> seen{};
    float frequency = 0;
    for (int i = 0; i < kSurveyedFrames; ++i) {
      const auto block = next_block();
      if (!block) break;
      const Fields frame = window().fields(block->at, layout_->header);
      const auto channel = frame.little<std::uint16_t>(layout_->channel);
      if (channel < seen.size()) seen[channel] = true;
      if (channel >= kLeft && channel <= kComposite) frequency = frequency_khz(frame.u8(layout_->frequency));
      const auto unix_time = frame.little<std::uint32_t>(layout_->hardware_time);
      if (start_ns_ != kUnknownTime || unix_time == 0xFFFFFFFF) continue;
      const std::int64_t now = utc_ns_from_epoch(unix_time);
      const std::int64_t elapsed_ns =
          frame.little<std::uint32_t>(layout_->milliseconds) * std::int64_t{1'000'000};
      if (now != kUnknownTime && now > elapsed_ns) start_ns_ = now - elapsed_ns;
    }
    composite_ = seen[kComposite];
    if (!composite_ && !seen[kLeft] && !seen[kRight]) {
      throw InputError(file().path().string() + ": " + description_.format +
                       " without side-scan frames (channels 3, 4 or 5), down-looking ones only");
    }
    ChannelPair pair{frequency,
                     composite_ ? "composite side-scan" : "left and right side-scan",
                     {composite_ || seen[kLeft], composite_ || seen[kRight]}};
    describe(description_.format, pair);
    description_.recorder = "Lowrance";
    description_.remarks.emplace_back("sound speed is not recorded: 1500 m/s is taken");
    if (start_ns_ == kUnknownTime)
      description_.remarks.emplace_back("recorded without a clock: times are not known");
  }

  std::optional<std::uint64_t> block_bytes(std::uint64_t at) override {
    const Fields head = window().fields(at, 48);
    // Each frame repeats its own place in the file, in 32 bits.
    if (head.size() < 48 || head.little<std::uint32_t>(0) != static_cast<std::uint32_t>(at))
      return std::nullopt;
    const std::uint64_t bytes = head.little<std::uint16_t>(layout_->block_bytes);
    return bytes >= 128 ? std::optional(bytes) : std::nullopt;
  }

  bool read_block(const Block& block, RecordedPing& out) override {
    const Fields frame = window().fields(block.at, layout_->header);
    const auto channel = frame.little<std::uint16_t>(layout_->channel);
    if (composite_ ? channel != kComposite : channel != kLeft && channel != kRight) return false;
    const std::uint64_t held = block.bytes - std::min<std::uint64_t>(block.bytes, layout_->header);
    std::uint64_t samples = is_sl3_ ? frame.little<std::uint32_t>(layout_->packet_bytes)
                                    : frame.little<std::uint16_t>(layout_->packet_bytes);
    if (samples > held) {
      faults_.note("samples_beyond_frame", block.at);
      samples = held;
    }
    read_ping(frame, out);
    const float range_m = kFoot_m * std::max(std::abs(frame.little<float>(layout_->upper)),
                                             std::abs(frame.little<float>(layout_->lower)));
    const auto count = static_cast<std::uint32_t>(composite_ ? samples / 2 : samples);
    const float spacing_m = range_m / static_cast<float>(count);
    const float frequency = frequency_khz(frame.u8(layout_->frequency));
    const std::uint64_t at = block.at + layout_->header;
    TraceBytes trace{.at = at, .samples = count, .type = SampleType::u8};
    if (!composite_)
      return place(channel == kLeft ? Side::port : Side::starboard, trace, 0, spacing_m, frequency, out);
    trace.far_to_nadir = true;
    if (!place(Side::port, trace, 0, spacing_m, frequency, out)) return false;
    trace.far_to_nadir = false;
    trace.at += count;
    return place(Side::starboard, trace, 0, spacing_m, frequency, out);
  }

  void read_ping(const Fields& frame, RecordedPing& out) const {
    constexpr double kPolarRadius_m = 6356752.3142;
    const auto flags = frame.little<std::uint16_t>(layout_->flags);
    Ping& ping = out.ping;
    if (start_ns_ != kUnknownTime) {
      ping.time_utc_ns =
          start_ns_ + frame.little<std::uint32_t>(layout_->milliseconds) * std::int64_t{1'000'000};
    }
    if ((flags & 0x10) != 0) {
      ping.longitude_deg = frame.little<std::int32_t>(layout_->x) / kPolarRadius_m * kDegrees;
      ping.latitude_deg =
          std::atan(std::sinh(frame.little<std::int32_t>(layout_->y) / kPolarRadius_m)) * kDegrees;
      out.from = PositionFrom::ship;
    }
    if ((flags & 0x02) != 0) ping.speed_mps = frame.little<float>(layout_->speed) * kKnot_mps;
    if ((flags & 0x100) != 0)
      ping.heading_deg = static_cast<float>(frame.little<float>(layout_->heading) * kDegrees);
    ping.altitude_m = frame.little<float>(layout_->depth) * kFoot_m;
  }

  bool is_sl3_ = false;
  const Layout* layout_ = &kSl2;
  bool composite_ = true;
  std::int64_t start_ns_ = kUnknownTime;
};

}  // namespace

bool looks_like_lowrance(std::span<const std::byte> start) noexcept {
  const Fields head(start);
  const auto format = head.little<std::uint16_t>(0);
  const auto block = head.little<std::uint16_t>(4);
  return (format == 2 || format == 3) && (block == 1970 || block == 3200);
}

std::unique_ptr<Recording> open_lowrance(std::unique_ptr<LogFile> file) {
  return std::make_unique<LowranceRecording>(std::move(file));
}

}  // namespace towfish
