#include <cmath>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include "pipeline/logs/block_recording.hpp"
#include "pipeline/logs/channel_choice.hpp"
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
  SdfRecording(std::unique_ptr<LogFile> log, const LogOptions& options) : BlockRecording(std::move(log), 0) {
    const std::map<std::uint32_t, ChannelPair> found = survey();
    if (found.empty()) throw InputError(file().path().string() + ": SDF without a side-scan page");
    std::vector<std::uint32_t> versions;
    std::vector<ChannelPair> pairs;
    for (const auto& [version, pair] : found) {
      versions.push_back(version);
      pairs.push_back(pair);
    }
    const std::size_t chosen = choose_pair(pairs, options, file().path());
    describe("SDF", pairs[chosen]);
    page_version_ = versions[chosen];
    description_.pairs = pairs;
    description_.pair = chosen;
    description_.recorder = "Klein";
  }

 private:
  /// Each frequency of a sonar has pages of a version of its own.
  std::map<std::uint32_t, ChannelPair> survey() {
    std::map<std::uint32_t, ChannelPair> found;
    describe("SDF", {0, "", {true, true}});
    for (int i = 0; i < kSurveyedPages; ++i) {
      const auto block = next_block();
      if (!block) break;
      RecordedPing ping;
      page_version_ = window().fields(block->at, 12).little<std::uint32_t>(8);
      if (!read_block(*block, ping)) continue;
      found[page_version_] = {
          ping.geometry[0].frequency_khz, "page version " + std::to_string(page_version_), {true, true}};
    }
    return found;
  }

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
    const auto version = page.little<std::uint32_t>(8);
    if (version == kBathymetryPage || version != page_version_) return false;
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
    if (header >= 212 && page.little<float>(208) != 0) ping.depth_m = page.little<float>(208);
    if (header >= 216) ping.altitude_m = page.little<float>(212);
  }

  std::uint32_t page_version_ = 0;  ///< Of the pages being read.
};

}  // namespace

bool looks_like_sdf(std::span<const std::byte> start) noexcept {
  return Fields(start).little<std::uint32_t>(0) == kMarker;
}

std::unique_ptr<Recording> open_sdf(std::unique_ptr<LogFile> file, const LogOptions& options) {
  return std::make_unique<SdfRecording>(std::move(file), options);
}

}  // namespace towfish
