#include "detectors/plugin/library_detector.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "detectors/plugin/shared_library.hpp"
#include "pipeline/sonar/error.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish {

static_assert(TOWFISH_CHIP_SIZE == Chip::kSize);

namespace {

constexpr float kMostLlr = 50;
constexpr std::size_t kMostFramePings = 1024;

towfish_ping converted(const Ping& ping) noexcept {
  return {ping.number,     ping.time_utc_ns, ping.latitude_deg,    ping.longitude_deg, ping.heading_deg,
          ping.course_deg, ping.speed_mps,   ping.pitch_deg,       ping.roll_deg,      ping.heave_m,
          ping.depth_m,    ping.altitude_m,  ping.sound_speed_mps, ping.interval_s};
}

bool size_is_sane(float metres) noexcept {
  return std::isnan(metres) || (metres >= 0 && metres < 1e4F);
}

}  // namespace

/// Where a call's detections go. It must not throw: between it and us lies code of the library's language.
struct LibraryDetector::Sink {
  const LibraryDetector& self;
  DetectionList& out;
  std::string fault;

  static void report(void* host, const towfish_detection* found, const std::uint8_t* pixels,
                     float metres_per_pixel) noexcept {
    auto& sink = *static_cast<Sink*>(host);
    if (!sink.fault.empty()) return;
    if (found == nullptr) {
      sink.fault = "NULL instead of a detection";
      return;
    }
    sink.fault = sink.self.fault_of(*found);
    if (!sink.fault.empty()) return;
    Chip* chip = sink.out.push(sink.self.complete(*found));
    if (chip == nullptr) return;
    const bool drawn = pixels != nullptr && metres_per_pixel > 0 && metres_per_pixel < 100;
    chip->metres_per_pixel = drawn ? metres_per_pixel : 0.0F;
    if (drawn) {
      std::copy_n(pixels, std::size(chip->pixels), chip->pixels);
    } else {
      std::fill(std::begin(chip->pixels), std::end(chip->pixels), std::uint8_t{128});
    }
  }
};

LibraryDetector::LibraryDetector(const ConfiguredPath& library, const std::string& settings, Side side)
    : library_(library.path), side_(side), type_(&load_detector_type(library)) {
  std::array<char, 512> reason{};
  try {
    detector_ = type_->create(static_cast<std::uint32_t>(index(side)), settings.c_str(), reason.data(),
                              reason.size());
    memory_pings_ = detector_ != nullptr ? type_->memory_pings(detector_) : 0;
  } catch (...) {
    std::snprintf(reason.data(), reason.size(), "it throws");
  }
  reason.back() = '\0';
  const auto refuse = [&library](const std::string& what) {
    throw UsageError(library.where + ": " + library.path + ": " + what);
  };
  if (detector_ == nullptr)
    refuse("makes no detector: found '" + std::string(reason.data()) + "', wanted settings that it takes");
  if (memory_pings_ < 1 || memory_pings_ > kMostMemoryPings) {
    type_->destroy(detector_);
    refuse("found a memory of " + std::to_string(memory_pings_) + " pings, wanted 1 to " +
           std::to_string(kMostMemoryPings));
  }
  pings_.resize(std::bit_ceil(memory_pings_ + kMostFramePings));
  converted_.reserve(kMostFramePings);
}

LibraryDetector::~LibraryDetector() {
  try {
    type_->destroy(detector_);
  } catch (...) {  // NOLINT: it is going away, and nothing of ours hangs on it.
  }
}

template <class Call>
void LibraryDetector::guarded(DetectionList& out, const Call& call) {
  Sink sink{*this, out, {}};
  const towfish_sink passed{&sink, &Sink::report};
  try {
    call(passed);
  } catch (const std::exception& error) {
    sink.fault = std::string("an exception: ") + error.what();
  } catch (...) {
    sink.fault = "an exception";
  }
  if (sink.fault.empty()) return;
  throw std::runtime_error("detector " + library_ + ", pings up to " + std::to_string(next_) + ": found " +
                           sink.fault);
}

void LibraryDetector::process(const FrameView& frame, DetectionList& out) {
  const TraceGeometry& geometry = frame.header.geometry;
  if (geometry.samples == 0) return finish(out);
  std::size_t first = 0;
  for (std::size_t i = 0; i < frame.pings.size(); ++i) {
    const bool last = i + 1 == frame.pings.size() || i + 1 - first == kMostFramePings;
    if (!last && frame.pings[i + 1].number == frame.pings[i].number + 1) continue;
    process_run(frame, first, i + 1, out);
    first = i + 1;
  }
}

void LibraryDetector::process_run(const FrameView& frame, std::size_t first, std::size_t end,
                                  DetectionList& out) {
  const TraceGeometry& geometry = frame.header.geometry;
  const auto pings = frame.pings.subspan(first, end - first);
  if (begun_ && (pings.front().number != next_ || !(geometry == geometry_))) finish(out);
  if (!begun_) begun_at_ = pings.front().number;
  begun_ = true;
  geometry_ = geometry;
  remember(pings);
  const towfish_frame passed{static_cast<std::uint32_t>(index(side_)),
                             static_cast<std::uint32_t>(pings.size()),
                             geometry.samples,
                             geometry.first_edge_m,
                             geometry.sample_spacing_m,
                             geometry.frequency_khz,
                             geometry.counts_per_unit,
                             0,
                             converted_.data(),
                             frame.samples.data() + first * geometry.samples};
  guarded(out, [&](const towfish_sink& sink) { type_->process(detector_, &passed, &sink); });
}

void LibraryDetector::finish(DetectionList& out) {
  if (!begun_) return;
  begun_ = false;
  guarded(out, [&](const towfish_sink& sink) { type_->finish(detector_, &sink); });
}

void LibraryDetector::remember(std::span<const Ping> pings) {
  converted_.clear();
  for (const Ping& ping : pings) {
    pings_[ping.number & (pings_.size() - 1)] = ping;
    converted_.push_back(converted(ping));
  }
  next_ = pings.back().number + 1;
}

const Ping* LibraryDetector::known(std::uint64_t number) const noexcept {
  if (number < begun_at_ || number >= next_ || next_ - number > pings_.size()) return nullptr;
  return &pings_[number & (pings_.size() - 1)];
}

std::string LibraryDetector::fault_of(const towfish_detection& found) const {
  const auto number = [](auto value) { return std::to_string(value); };
  if (known(found.ping) == nullptr || known(std::max(found.first_ping, begun_at_)) == nullptr ||
      found.first_ping > found.ping || found.last_ping < found.ping || found.last_ping >= next_) {
    return "a detection at ping " + number(found.ping) + " (" + number(found.first_ping) + " to " +
           number(found.last_ping) + "), wanted one of " + number(begun_at_) + " to " + number(next_ - 1) +
           " that is no older than its memory";
  }
  const std::uint32_t furthest =
      std::max({found.sample, found.highlight_last_sample, found.shadow_last_sample});
  if (furthest >= geometry_.samples || found.highlight_first_sample > found.highlight_last_sample) {
    return "a detection at samples " + number(found.highlight_first_sample) + " to " + number(furthest) +
           ", wanted an extent within 0 to " + number(geometry_.samples - 1);
  }
  if (!(std::abs(found.llr) <= kMostLlr)) return "a score of " + number(found.llr) + ", wanted -50 to 50";
  if (found.contact_class > TOWFISH_NOMBO) return "class " + number(found.contact_class) + ", wanted 0 to 2";
  if (!size_is_sane(found.length_m) || !size_is_sane(found.width_m) || !size_is_sane(found.height_m) ||
      !size_is_sane(found.shadow_length_m)) {
    return "a size below 0 or above 10 km, wanted metres, or NaN";
  }
  return {};
}

Detection LibraryDetector::complete(const towfish_detection& found) const {
  Detection d;
  d.ping = found.ping;
  d.first_ping = std::max(found.first_ping, begun_at_);
  d.last_ping = found.last_ping;
  d.sample = found.sample;
  d.highlight_first_sample = found.highlight_first_sample;
  d.highlight_last_sample = found.highlight_last_sample;
  d.shadow_last_sample = found.shadow_last_sample;
  d.slant_range_m = geometry_.slant_range_m(0.5 * (d.highlight_first_sample + d.highlight_last_sample));
  d.at = *known(found.ping);
  d.altitude_m = d.at.altitude_m;
  d.ground_range_m = ground_range_m(d.slant_range_m, d.altitude_m);
  d.length_m = found.length_m;
  d.width_m = found.width_m;
  d.height_m = found.height_m;
  d.shadow_length_m = found.shadow_length_m;
  d.llr = d.llr_by_algorithm[0] = found.llr;
  d.range_m = geometry_.range_m();
  d.frequency_khz = geometry_.frequency_khz;
  d.contact_class = found.contact_class == TOWFISH_MILCO   ? ContactClass::milco
                    : found.contact_class == TOWFISH_NOMBO ? ContactClass::nombo
                                                           : ContactClass::milec;
  d.side = side_;
  return d;
}

}  // namespace towfish
