#include <cmath>

#include "pipeline/logs/block_recording.hpp"
#include "pipeline/logs/recordings.hpp"
#include "pipeline/sonar/error.hpp"

// Blue Robotics Ping Protocol frames; message 2198 as PINGVerter's cerulean_class.py has it.
namespace towfish {
namespace {

constexpr std::size_t kHeadBytes = 8;
constexpr std::size_t kChecksumBytes = 2;
constexpr std::uint16_t kSideScanPing = 2198;
constexpr std::size_t kPingBytes = 52;
constexpr int kSurveyedFrames = 2000;

class SvlogRecording final : public BlockRecording {
 public:
  explicit SvlogRecording(std::unique_ptr<LogFile> log) : BlockRecording(std::move(log), 0) {
    ChannelPair pair{0, "Cerulean", {false, false}};
    describe("svlog", pair);
    for (int i = 0; i < kSurveyedFrames; ++i) {
      const auto block = next_block();
      if (!block) break;
      RecordedPing ping;
      if (!read_block(*block, ping)) continue;
      for (const Side side : kSides) {
        if (ping.geometry[index(side)].samples == 0) continue;
        pair.has[index(side)] = true;
        pair.frequency_khz = ping.geometry[index(side)].frequency_khz;
      }
    }
    if (!pair.has[0] && !pair.has[1]) {
      throw InputError(file().path().string() + ": svlog without side-scan pings (message 2198)");
    }
    describe("svlog", pair);
    description_.recorder = "Cerulean";
    description_.remarks.emplace_back(
        "channel 0 is taken for port and 1 for starboard: the format does not tell");
    description_.remarks.emplace_back(
        "positions and times of day are left out: how they are coded is not published");
  }

 private:
  std::optional<std::uint64_t> block_bytes(std::uint64_t at) override {
    const Fields head = window().fields(at, kHeadBytes);
    if (head.size() < kHeadBytes || head.u8(0) != 'B' || head.u8(1) != 'R') return std::nullopt;
    return kHeadBytes + head.little<std::uint16_t>(2) + kChecksumBytes;
  }

  bool read_block(const Block& block, RecordedPing& out) override {
    const Fields frame = window().fields(block.at, kHeadBytes + kPingBytes);
    const Fields ping = frame.from(kHeadBytes);
    if (frame.little<std::uint16_t>(4) != kSideScanPing) return false;
    const std::uint32_t samples = ping.little<std::uint16_t>(22);
    if (ping.u8(26) > 1 || block.bytes < kHeadBytes + kPingBytes + samples * 2 + kChecksumBytes) {
      faults_.note("ping_frame_wrong", block.at);
      return false;
    }
    TraceBytes trace{
        .at = block.at + kHeadBytes + kPingBytes, .samples = samples, .type = SampleType::db_u16};
    trace.ceiling_db = ping.little<float>(36);
    trace.floor_db = ping.little<float>(40);
    if (!(std::abs(trace.ceiling_db) < 300 && std::abs(trace.floor_db) < 300)) {
      faults_.note("decibels_absurd", block.at);
      return false;
    }
    if (const auto speed = ping.little<std::uint16_t>(24); speed > 0) {
      out.ping.sound_speed_mps = static_cast<float>(speed) * 0.1F;
    }
    out.ping.heading_deg = ping.little<float>(48);
    out.at = block.at;
    number_ = ping.little<std::uint32_t>(0);
    const auto start_m = static_cast<float>(ping.little<std::uint32_t>(4)) * 1e-3F;
    const auto length_m = static_cast<float>(ping.little<std::uint32_t>(8)) * 1e-3F;
    const auto frequency_khz = static_cast<float>(ping.little<std::uint32_t>(16)) * 1e-3F;
    return place(static_cast<Side>(ping.u8(26)), trace, start_m, length_m / static_cast<float>(samples),
                 frequency_khz, out);
  }

  /// Both frames are of one ping where they carry its number.
  bool same_ping(const RecordedPing& earlier, const RecordedPing&) const override {
    return number_of(earlier) == number_;
  }
  [[nodiscard]] std::uint32_t number_of(const RecordedPing& ping) const {
    FileWindow look(file());
    return look.fields(ping.at + kHeadBytes, 4).little<std::uint32_t>(0);
  }

  std::uint32_t number_ = 0;
};

}  // namespace

bool looks_like_svlog(std::span<const std::byte> start) noexcept {
  const Fields head(start);
  return head.u8(0) == 'B' && head.u8(1) == 'R' && head.size() >= kHeadBytes;
}

std::unique_ptr<Recording> open_svlog(std::unique_ptr<LogFile> file) {
  return std::make_unique<SvlogRecording>(std::move(file));
}

}  // namespace towfish
