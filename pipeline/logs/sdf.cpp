#include <cmath>
#include <numbers>

#include "pipeline/logs/block_recording.hpp"
#include "pipeline/logs/recordings.hpp"
#include "pipeline/logs/time_stamp.hpp"
#include "pipeline/sonar/error.hpp"

// Offsets follow the SDF/SDFX data definitions Rev 4.8, as Neptus and octave-sss cite them.
namespace towfish {
namespace {

constexpr std::uint32_t kMarker = 0xFFFFFFFF;
constexpr std::size_t kPageFields = 412;
constexpr std::uint32_t kBathymetryPage = 3503;
constexpr int kSurveyedPages = 64;

class SdfRecording final : public BlockRecording {
 public:
  explicit SdfRecording(std::unique_ptr<LogFile> log) : BlockRecording(std::move(log), 0) {
    ChannelPair pair{0, "Klein", {true, true}};
    bool found = false;
    describe("SDF", pair);
    RecordedPing ping;
    for (int i = 0; i < kSurveyedPages && !found; ++i) {
      const auto block = next_block();
      if (!block) break;
      found = read_block(*block, ping);
    }
    if (!found) throw InputError(file().path().string() + ": SDF without a side-scan page");
    pair.frequency_khz = ping.geometry[0].frequency_khz;
    describe("SDF", pair);
    description_.recorder = "Klein";
  }

 private:
  std::optional<std::uint64_t> block_bytes(std::uint64_t at) override {
    const Fields head = window().fields(at, 12);
    const std::uint32_t version = head.little<std::uint32_t>(8);
    // Page versions are four-digit numbers; the marker alone is too common in noise.
    if (head.size() < 12 || head.little<std::uint32_t>(0) != kMarker || version < 1000 || version > 9999) {
      return std::nullopt;
    }
    return std::uint64_t{head.little<std::uint32_t>(4)} + 4;
  }

  bool read_block(const Block& block, RecordedPing& out) override {
    const Fields page = window().fields(block.at, kPageFields);
    const std::uint32_t header = page.little<std::uint32_t>(184);
    if (page.little<std::uint32_t>(8) == kBathymetryPage) return false;
    if (block.bytes < 220 || header < 184 || header + 12ULL > block.bytes) {
      faults_.note("page_header_wrong", block.at);
      return false;
    }
    read_ping(page, header, out);
    const auto frequency_khz =
        header + 4 >= kPageFields ? static_cast<float>(page.little<std::uint32_t>(408)) * 1e-3F : 0.0F;
    const auto range_m = static_cast<float>(page.little<std::uint32_t>(32));
    std::uint64_t at = block.at + 4 + header;
    for (const Side side : kSides) {
      const std::uint32_t samples = window().fields(at, 4).little<std::uint32_t>(0);
      if (at + 4 + std::uint64_t{samples} * 4 > block.at + block.bytes) {
        faults_.note("samples_beyond_page", block.at);
        return out.geometry[0].samples > 0;
      }
      const TraceBytes trace{.at = at + 4, .samples = samples, .type = SampleType::u32};
      if (!place(side, trace, 0, range_m / static_cast<float>(samples), frequency_khz, out)) return false;
      at += 4 + std::uint64_t{samples} * 4;
    }
    return true;
  }

  void read_ping(const Fields& page, std::uint32_t header, RecordedPing& out) {
    constexpr double kDegrees = 180 / std::numbers::pi;
    Ping& ping = out.ping;
    const auto u32 = [&](std::size_t at) { return page.little<std::uint32_t>(at); };
    const std::int64_t hundredths = u32(96) < 100 ? u32(96) : 0;
    ping.time_utc_ns = utc_ns({static_cast<int>(u32(72) % 10000), u32(76), u32(80), u32(84), u32(88), u32(92),
                               hundredths * 10'000'000});
    constexpr std::int64_t kYear_ns = 366LL * 86400 * 1'000'000'000;
    if (ping.time_utc_ns < kYear_ns) {  // a date of 1970 is a clock that was never set
      ping.time_utc_ns = kUnknownTime;
      faults_.note("time_absent_or_absurd", out.at);
    }
    ping.speed_mps = static_cast<float>(u32(36)) * 0.01F;
    ping.heading_deg = page.little<float>(140);
    ping.latitude_deg = page.little<double>(148) * kDegrees;
    ping.longitude_deg = page.little<double>(156) * kDegrees;
    out.from = PositionFrom::sensor;
    ping.pitch_deg = page.little<float>(116);
    ping.roll_deg = page.little<float>(120);
    if (header >= 216) ping.altitude_m = page.little<float>(212);
  }
};

}  // namespace

bool looks_like_sdf(std::span<const std::byte> start) noexcept {
  return Fields(start).little<std::uint32_t>(0) == kMarker;
}

std::unique_ptr<Recording> open_sdf(std::unique_ptr<LogFile> file) {
  return std::make_unique<SdfRecording>(std::move(file));
}

}  // namespace towfish
