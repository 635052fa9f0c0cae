#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "pipeline/logs/recordings.hpp"
#include "pipeline/logs/time_stamp.hpp"
#include "pipeline/sonar/error.hpp"

// Offsets and tags follow PINGMapper's BinaryStructure.md, checked there on real files. Big-endian.
namespace towfish {
namespace {

constexpr std::uint32_t kMagic = 0xC0DEAB21;
constexpr std::size_t kLongestHead = 512;
constexpr std::uint64_t kLongestDat = 128;  // 64 in the recordings that are known
constexpr std::uint32_t kMaxSamples = 1U << 20;
constexpr double kDegrees = 180 / std::numbers::pi;

/// What stands before the samples of one SON ping.
struct SonPing {
  std::uint64_t at = 0;
  std::uint64_t samples_at = 0;
  std::uint32_t samples = 0;
  std::uint32_t record = 0;
  std::uint32_t time_ms = 0;
  std::int32_t x = 0;
  std::int32_t y = 0;
  std::uint32_t heading = 0;
  std::uint32_t speed = 0;
  std::uint32_t depth = 0;
  std::uint32_t frequency_hz = 0;
  std::uint8_t beam = 0;

  [[nodiscard]] std::uint64_t end() const { return samples_at + samples; }
};

/// One SON file, ping by ping.
class SonFile {
 public:
  explicit SonFile(const std::filesystem::path& path) : file_(path), window_(file_) {}

  [[nodiscard]] const LogFile& file() const { return file_; }
  std::uint64_t offset = 0;

  /// The next whole ping, past whatever is none; nullopt at the end.
  std::optional<SonPing> next(FaultCounter& faults) {
    auto ping = ping_at(offset);
    if (!ping && offset < file_.size()) {
      const std::uint64_t broken = offset;
      while (++offset < file_.size() && !window_.bytes(offset, 1).empty() && !(ping = ping_at(offset))) {
      }
      if (!ping) offset = file_.size();
      faults.note(ping ? "garbage_between_pings" : "truncated_tail", broken);
    }
    if (ping) offset = ping->end();
    return ping;
  }

  [[nodiscard]] std::optional<SonPing> ping_at(std::uint64_t at) {
    const Fields head = window_.fields(at, kLongestHead);
    if (head.size() < 9 || head.big<std::uint32_t>(0) != kMagic) return std::nullopt;
    SonPing ping;
    ping.at = at;
    std::size_t i = 4;
    while (i < head.size() && head.u8(i) != 0xA0) {
      const std::uint8_t tag = head.u8(i);
      take(tag, head.from(i + 1), ping);
      i += tag < 0x80 ? 2 : 5;  // low tags have one byte, high tags four
    }
    if (i + 6 > head.size() || head.u8(i + 5) != 0x21) return std::nullopt;
    ping.samples = head.big<std::uint32_t>(i + 1);
    ping.samples_at = at + i + 6;
    const bool fits = ping.samples <= kMaxSamples && ping.end() <= file_.size();
    return fits ? std::optional(ping) : std::nullopt;
  }

 private:
  static void take(std::uint8_t tag, const Fields& value, SonPing& ping) {
    switch (tag) {
      case 0x80:
        ping.record = value.big<std::uint32_t>(0);
        break;
      case 0x81:
        ping.time_ms = value.big<std::uint32_t>(0);
        break;
      case 0x82:
        ping.x = value.big<std::int32_t>(0);
        break;
      case 0x83:
        ping.y = value.big<std::int32_t>(0);
        break;
      case 0x84:
        ping.heading = value.big<std::uint32_t>(0);
        break;
      case 0x85:
        ping.speed = value.big<std::uint32_t>(0);
        break;
      case 0x87:
        ping.depth = value.big<std::uint32_t>(0);
        break;
      case 0x92:
        ping.frequency_hz = value.big<std::uint32_t>(0);
        break;
      case 0x50:
        ping.beam = value.u8(0);
        break;
      default:
        break;
    }
  }

  LogFile file_;
  FileWindow window_;
};

bool is_there(const std::filesystem::path& path) {
  std::error_code unreadable;
  return std::filesystem::exists(path, unreadable);
}

/// Metres a sample covers. It is not recorded; it follows from the beam of a 0.108 m transducer: 2 / (pi
/// theta), theta = asin(c / (0.108 f)) (PyHum, Buscombe 2017).
float sample_spacing_m(float sound_speed_mps, std::uint32_t frequency_hz) {
  const double sine = sound_speed_mps / (0.108 * std::max(1U, frequency_hz));
  return sine < 1 ? static_cast<float>(std::asin(sine) * 2 / std::numbers::pi) : 0;
}

constexpr std::array kSons{"B002.SON", "B003.SON"};  ///< By side.

std::filesystem::path folder_of(const std::filesystem::path& file, bool is_son) {
  return is_son ? file.parent_path() : std::filesystem::path(file).replace_extension();
}

/// Also where it was given as "." or with a slash behind it.
std::filesystem::path named(const std::filesystem::path& folder) {
  const auto whole = std::filesystem::absolute(folder).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

class HumminbirdRecording final : public Recording {
 public:
  HumminbirdRecording(const std::filesystem::path& folder, const LogOptions& options)
      : range_m_(options.range_m) {
    for (const Side side : kSides) {
      const auto path = folder / kSons[index(side)];
      if (is_there(path)) sides_[index(side)] = std::make_unique<SonFile>(path);
    }
    for (const char* extension : {".DAT", ".dat"}) {
      auto dat = named(folder);
      dat += extension;
      if (!is_there(dat)) continue;
      const LogFile head(dat);
      start_ns_ = utc_ns_from_epoch(FileWindow(head).fields(0, 64).big<std::uint32_t>(20));
      break;
    }
    describe();
  }

  bool next(RecordedPing& out) override {
    while (true) {
      std::array<std::optional<SonPing>, 2> pings;
      for (const Side side : kSides) {
        if (sides_[index(side)]) pings[index(side)] = sides_[index(side)]->next(faults_);
      }
      if (!pings[0] && !pings[1]) return false;
      hold_back_the_later(pings);
      out = {};
      const SonPing& first = pings[0] ? *pings[0] : *pings[1];
      out.at = first.at;
      read_ping(first, out);
      for (const Side side : kSides) {
        if (pings[index(side)]) place(*pings[index(side)], side, out);
      }
      if (out.geometry[0].samples + out.geometry[1].samples > 0) return true;
    }
  }
  std::optional<Mark> mark() const override {
    return Mark{sides_[0] ? sides_[0]->offset : 0, sides_[1] ? sides_[1]->offset : 0};
  }
  void rewind(const Mark& mark) override {
    for (const Side side : kSides) {
      if (sides_[index(side)]) sides_[index(side)]->offset = mark[index(side)];
    }
  }
  std::vector<const LogFile*> files() const override {
    std::vector<const LogFile*> files;
    for (const auto& son : sides_) {
      if (son) files.push_back(&son->file());
    }
    return files;
  }
  std::uint64_t position() const override { return sides_[0] ? sides_[0]->offset : sides_[1]->offset; }
  const LogDescription& description() const override { return description_; }

 private:
  void describe() {
    ChannelPair pair{0, "B002 and B003", {sides_[0] != nullptr, sides_[1] != nullptr}};
    RecordedPing ping;
    if (next(ping))
      pair.frequency_khz = std::max(ping.geometry[0].frequency_khz, ping.geometry[1].frequency_khz);
    rewind({0, 0});
    description_.format = "Humminbird";
    description_.recorder = "Humminbird";
    description_.pairs = {pair};
    if (!range_m_) {
      description_.remarks.emplace_back(
          "range is not recorded: it is derived from the beam of a 0.108 m transducer; give it with "
          "--range-m");
    }
    if (start_ns_ == kUnknownTime)
      description_.remarks.emplace_back("no .DAT file beside the folder: times are not known");
  }

  /// Where one file misses a record, the other's ping waits.
  void hold_back_the_later(std::array<std::optional<SonPing>, 2>& pings) {
    if (!pings[0] || !pings[1] || pings[0]->record == pings[1]->record) return;
    const std::size_t later = pings[0]->record < pings[1]->record ? 1 : 0;
    sides_[later]->offset = pings[later]->at;
    pings[later].reset();
    faults_.note("other_side_missing", pings[1 - later]->at);
  }

  void read_ping(const SonPing& son, RecordedPing& out) const {
    constexpr double kRadius_m = 6378388;
    constexpr double kFlattening = 1.0067642927;
    Ping& ping = out.ping;
    if (start_ns_ != kUnknownTime) ping.time_utc_ns = start_ns_ + son.time_ms * std::int64_t{1'000'000};
    if (son.x != 0 || son.y != 0) {
      ping.longitude_deg = son.x / kRadius_m * kDegrees;
      const double isometric = 2 * std::atan(std::exp(son.y / kRadius_m)) - std::numbers::pi / 2;
      ping.latitude_deg = std::atan(std::tan(isometric) * kFlattening) * kDegrees;
      out.from = PositionFrom::ship;
    }
    // Heading and speed are a flag and a value of 16 bits each.
    ping.heading_deg = static_cast<float>(son.heading & 0xFFFF) * 0.1F;
    ping.speed_mps = static_cast<float>(son.speed & 0xFFFF) * 0.1F;
    ping.altitude_m = static_cast<float>(son.depth) * 0.1F;
  }

  void place(const SonPing& son, Side side, RecordedPing& out) {
    const float spacing_m = range_m_ ? *range_m_ / static_cast<float>(son.samples)
                                     : sample_spacing_m(out.ping.sound_speed_mps, son.frequency_hz);
    if (son.samples == 0 || !(spacing_m > 0)) {
      faults_.note("range_absent_or_absurd", son.at);
      return;
    }
    out.geometry[index(side)] = {son.samples, 0, spacing_m, static_cast<float>(son.frequency_hz) * 1e-3F, 1};
    out.trace[index(side)] = {.at = son.samples_at, .samples = son.samples, .type = SampleType::u8};
    out.trace[index(side)].file = static_cast<std::uint8_t>(side == Side::starboard && sides_[0] ? 1 : 0);
  }

  std::array<std::unique_ptr<SonFile>, 2> sides_;
  std::optional<float> range_m_;
  std::int64_t start_ns_ = kUnknownTime;
  LogDescription description_;
};

[[noreturn]] void refuse_single(const std::filesystem::path& path) {
  SonFile son(path);
  FaultCounter faults;
  std::uint64_t pings = 0;
  std::uint8_t beam = 0;
  while (const auto ping = son.next(faults)) {
    beam = ping->beam;
    ++pings;
  }
  throw InputError(
      path.string() + ": Humminbird, " + std::to_string(pings) + " pings of beam " + std::to_string(beam) +
      (beam < 2 ? " (down-looking)" : "") +
      "; there is no side-scan pair: B002.SON (port) and B003.SON (starboard) are not beside it");
}

}  // namespace

bool looks_like_humminbird(std::span<const std::byte> start, std::uint64_t file_bytes) noexcept {
  const Fields head(start);
  return head.big<std::uint32_t>(0) == kMagic ||
         (file_bytes <= kLongestDat && head.u8(0) >= 0xC1 && head.u8(0) <= 0xC3);
}

bool is_humminbird_folder(const std::filesystem::path& folder) {
  return std::ranges::any_of(kSons, [&](const char* name) { return is_there(folder / name); });
}

std::vector<std::filesystem::path> humminbird_sides(const std::filesystem::path& file, bool is_son) {
  std::vector<std::filesystem::path> sides;
  for (const char* name : kSons) {
    const auto side = folder_of(file, is_son) / name;
    if (is_there(side)) sides.push_back(side);
  }
  return sides;
}

std::unique_ptr<Recording> open_humminbird(const std::filesystem::path& path, const LogOptions& options) {
  if (is_humminbird_folder(path)) return std::make_unique<HumminbirdRecording>(path, options);
  const LogFile file(path);
  const bool is_son = FileWindow(file).fields(0, 4).big<std::uint32_t>(0) == kMagic;
  const auto folder = folder_of(path, is_son);
  if (is_humminbird_folder(folder)) return std::make_unique<HumminbirdRecording>(folder, options);
  if (is_son) refuse_single(path);
  throw InputError(path.string() + ": Humminbird, but its folder " + folder.string() +
                   " with B002.SON and B003.SON is not beside it");
}

}  // namespace towfish
