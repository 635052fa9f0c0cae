#include "pipeline/logs/recorded_log.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <sstream>

#include "pipeline/logs/port_order.hpp"
#include "pipeline/logs/sound_speed.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish {
namespace {

constexpr std::size_t kProbedPings = 50;
constexpr std::size_t kReadInPlaceBytes = 32U << 10;  // shorter traces: one system call for many
constexpr std::size_t kMaxCheckpoints = 4096;
constexpr float kGeometryTolerance = 0.005F;
/// Headroom over the first pings' loudest echo, for formats without a scale of their own.
constexpr double kProbedFullScale = 16384;
/// Scales beyond 2^100 either way are nonsense in the file.
constexpr int kMaxExponent = 100;

void keep_within(float& value, float low, float high) {
  if (!(value >= low && value <= high)) value = kUnknown;
}

/// Of a Ping or an Attitude. Headings come out from 0 to below 360.
template <class T>
void keep_attitude_within(T& value) {
  keep_within(value.heading_deg, -360, 720);
  if (value.heading_deg < 0 || value.heading_deg >= 360)
    value.heading_deg = std::fmod(value.heading_deg + 720.0F, 360.0F);
  keep_within(value.pitch_deg, -90, 90);
  keep_within(value.roll_deg, -180, 180);
  keep_within(value.heave_m, -100, 100);
}

}  // namespace

RecordedLog::RecordedLog(std::unique_ptr<Recording> recording, const LogOptions& options)
    : recording_(std::move(recording)), description_(recording_->description()) {
  for (const LogFile* file : recording_->files()) sample_windows_.emplace_back(*file);
  probe(options);
}

void RecordedLog::probe(const LogOptions& options) {
  const auto start = recording_->mark();
  std::vector<RecordedPing> pings(1);
  while (pings.size() <= kProbedPings && recording_->next(pings.back())) pings.emplace_back();
  pings.pop_back();
  if (pings.empty()) {
    throw InputError(recording_->files().front()->path().string() + ": " + description_.format +
                     " without a readable side-scan ping");
  }
  description_ = recording_->description();
  choose_exponent(pings);
  choose_port_order(pings, options.port_order);
  checkpoints_.push_back({0, start.value(), {}, kUnknownTime});
  restart(checkpoints_.front());
}

void RecordedLog::choose_exponent(const std::vector<RecordedPing>& pings) {
  bool exact = true;
  std::optional<int> weight;
  double largest = 0;
  for (const RecordedPing& ping : pings) {
    for (const TraceBytes& trace : ping.trace) {
      if (trace.samples == 0) continue;
      if (!weight) {
        weight = trace.weight;
        description_.sample_format = name(trace.type);
      }
      exact = exact && trace.weight == *weight && std::abs(trace.weight) <= kMaxExponent &&
              trace.type <= SampleType::i32;
      const double amplitude = largest_amplitude(trace, stored(trace));
      if (std::isfinite(amplitude)) largest = std::max(largest, amplitude);
    }
  }
  if (exact && std::ldexp(largest, *weight) <= 65535) {
    exponent_ = *weight;
  } else if (largest > 0) {
    const double fitting = std::floor(std::log2(kProbedFullScale / largest));
    exponent_ = static_cast<int>(std::clamp<double>(fitting, -kMaxExponent, kMaxExponent));
  }
}

void RecordedLog::choose_port_order(const std::vector<RecordedPing>& pings, PortOrder wanted) {
  if (wanted != PortOrder::detect) {
    port_far_to_nadir_ = wanted == PortOrder::far_to_nadir;
    description_.port_order = *port_far_to_nadir_ ? "far to nadir (as asked)" : "nadir to far (as asked)";
    return;
  }
  const bool usual = pings.front().trace[index(Side::port)].far_to_nadir;
  description_.port_order =
      usual ? "far to nadir (as the format has it)" : "nadir to far (as the format has it)";
  if (!recording_->port_order_varies()) return;
  PortOrderDetector detector;
  std::vector<std::uint16_t> port;
  std::vector<std::uint16_t> starboard;
  for (const RecordedPing& ping : pings) {
    const TraceBytes& left = ping.trace[index(Side::port)];
    const TraceBytes& right = ping.trace[index(Side::starboard)];
    if (left.samples == 0 || right.samples == 0) continue;
    port.resize(left.samples);
    starboard.resize(right.samples);
    convert(left, stored(left), exponent_, port);
    convert(right, stored(right), exponent_, starboard);
    detector.add(port, starboard);
  }
  if (const auto turned = detector.port_is_turned()) {
    port_far_to_nadir_ = usual != *turned;
    description_.port_order = *port_far_to_nadir_ ? "far to nadir (detected)" : "nadir to far (detected)";
  }
}

std::span<const std::byte> RecordedLog::stored(const TraceBytes& trace) {
  return sample_windows_[trace.file].bytes(trace.at, trace.samples * bytes_of(trace.type));
}

/// Long traces that stand in the file as they come out are read where they are wanted.
std::span<const std::byte> RecordedLog::trace_bytes(const TraceBytes& trace, std::span<std::uint16_t> out) {
  const auto room = std::as_writable_bytes(out);
  const bool as_it_is = trace.type == SampleType::u16 || trace.type == SampleType::i16;
  if (!as_it_is || trace.weight != exponent_ || room.size() < kReadInPlaceBytes) return stored(trace);
  const std::size_t got = sample_windows_[trace.file].file().read(trace.at, room);
  return room.first(got);
}

const PingPair* RecordedLog::next() {
  if (!load(next_number_)) return nullptr;
  recorded_ = window_.at(next_number_);
  current_.ping = window_.resolve(next_number_, from_);
  current_.geometry = recorded_.geometry;
  ++next_number_;
  return &current_;
}

void RecordedLog::read_trace(Side side, std::span<std::uint16_t> out) {
  TraceBytes trace = recorded_.trace[index(side)];
  if (side == Side::port && port_far_to_nadir_) trace.far_to_nadir = *port_far_to_nadir_;
  const auto bytes = trace_bytes(trace, out);
  FaultCounter& faults = recording_->fault_counter();
  if (bytes.size() < trace.samples * bytes_of(trace.type)) faults.note("file_became_shorter", trace.at);
  const Conversion met = convert(trace, bytes, exponent_, out);
  if (met.not_finite > 0) faults.note("samples_not_finite", trace.at);
  if (met.saturated > 0) faults.note("samples_saturated", trace.at);
  if (const float spacing_m = recorded_.ground_spacing_m[index(side)]; spacing_m > 0) {
    ground_.assign(out.begin(), out.end());
    to_slant_range(ground_, spacing_m, recorded_.ping.altitude_m, recorded_.geometry[index(side)], out);
  }
}

void RecordedLog::seek(std::uint64_t number) {
  next_number_ = number;
}

bool RecordedLog::load(std::uint64_t number) {
  const std::uint64_t oldest = NavigationWindow::oldest_needed(number);
  if (oldest < window_.first() || oldest > window_.end()) restart_at_or_before(oldest);
  while (window_.end() <= number + NavigationWindow::kReach) {
    if (!pull()) break;
  }
  return number < window_.end();
}

bool RecordedLog::pull() {
  if (total_ && window_.end() >= *total_) return false;
  if (window_.end() >= checkpoints_.back().number + checkpoint_stride_) remember();
  RecordedPing ping;
  const bool there = recording_->next(ping);
  furthest_ = std::max(furthest_, recording_->position());
  if (!there) {
    total_ = window_.end();
    return false;
  }
  refuse_absurd(ping);
  hold_geometry(ping);
  latest_ns_ = std::max(latest_ns_, ping.ping.time_utc_ns);
  window_.push(ping);
  return true;
}

void RecordedLog::refuse_absurd(RecordedPing& recorded) {
  Ping& ping = recorded.ping;
  FaultCounter& faults = recording_->fault_counter();
  if (ping.latitude_deg == 0 && ping.longitude_deg == 0) {
    ping.latitude_deg = ping.longitude_deg = kUnknownDegrees;
    faults.note("position_zero", recorded.at);
  } else if (recorded.from != PositionFrom::nowhere &&
             !(std::abs(ping.latitude_deg) <= 90 && std::abs(ping.longitude_deg) <= 360)) {
    ping.latitude_deg = ping.longitude_deg = kUnknownDegrees;
    faults.note("position_absurd", recorded.at);
  }
  if (std::abs(ping.longitude_deg) > 180) ping.longitude_deg = std::remainder(ping.longitude_deg, 360.0);
  if (recorded.fix) recorded.fix->longitude_deg = std::remainder(recorded.fix->longitude_deg, 360.0);
  if (!ping.has_position()) recorded.from = PositionFrom::nowhere;
  keep_attitude_within(ping);
  if (recorded.attitude) keep_attitude_within(*recorded.attitude);
  for (float* depth_m : {&ping.depth_m, &recorded.measured.depth_m}) keep_within(*depth_m, -100, 12000);
  for (float* altitude_m : {&ping.altitude_m, &recorded.measured.altitude_m})
    keep_within(*altitude_m, 0.01F, 12000);
  if (!plausible_sound_speed(ping.sound_speed_mps)) {
    faults.note("sound_speed_absurd", recorded.at);
    ping.sound_speed_mps = kUsualSoundSpeedMps;
  }
}

void RecordedLog::hold_geometry(RecordedPing& ping) {
  for (const Side side : kSides) {
    TraceGeometry& now = ping.geometry[index(side)];
    TraceGeometry& held = held_[index(side)];
    if (now.samples == 0) continue;
    now.counts_per_unit = std::ldexp(1.0F, exponent_);
    const float tolerance = kGeometryTolerance * held.range_m();
    const bool alike = now.samples == held.samples && now.frequency_khz == held.frequency_khz &&
                       std::abs(now.range_m() - held.range_m()) <= tolerance &&
                       std::abs(now.first_edge_m - held.first_edge_m) <= tolerance;
    if (alike) {
      now = held;
    } else {
      held = now;
    }
  }
}

void RecordedLog::remember() {
  const auto mark = recording_->mark();
  if (!mark) return;
  checkpoints_.push_back({window_.end(), *mark, held_, latest_ns_});
  if (checkpoints_.size() < kMaxCheckpoints) return;
  // Twice as far apart, so that memory stays the same however long the log is.
  for (std::size_t i = 1; 2 * i < checkpoints_.size(); ++i) checkpoints_[i] = checkpoints_[2 * i];
  checkpoints_.resize((checkpoints_.size() + 1) / 2);
  checkpoint_stride_ *= 2;
}

const RecordedLog::Checkpoint& RecordedLog::checkpoint_before(std::uint64_t number) const {
  return *std::prev(std::ranges::upper_bound(checkpoints_, number, {}, &Checkpoint::number));
}

std::string RecordedLog::place_before(std::uint64_t number) const {
  const Checkpoint& place = checkpoint_before(number);
  if (place.number == 0) return {};
  std::ostringstream text;
  text << place.number << ' ' << place.mark[0] << ' ' << place.mark[1] << ' ' << place.latest_ns;
  for (const TraceGeometry& held : place.held) {
    text << ' ' << held.samples;
    for (const float value :
         {held.first_edge_m, held.sample_spacing_m, held.frequency_khz, held.counts_per_unit})
      text << ' ' << std::bit_cast<std::uint32_t>(value);
  }
  return text.str();
}

void RecordedLog::learn_place(const std::string& place) {
  std::istringstream text(place);
  Checkpoint learnt;
  text >> learnt.number >> learnt.mark[0] >> learnt.mark[1] >> learnt.latest_ns;
  for (TraceGeometry& held : learnt.held) {
    text >> held.samples;
    for (float* value :
         {&held.first_edge_m, &held.sample_spacing_m, &held.frequency_khz, &held.counts_per_unit}) {
      std::uint32_t bits = 0;
      text >> bits;
      *value = std::bit_cast<float>(bits);
    }
  }
  if (text.fail() || learnt.number == 0 || checkpoint_before(learnt.number).number == learnt.number) return;
  checkpoints_.insert(std::ranges::upper_bound(checkpoints_, learnt.number, {}, &Checkpoint::number), learnt);
}

void RecordedLog::restart_at_or_before(std::uint64_t number) {
  const Checkpoint& best = checkpoint_before(number);
  if (window_.first() <= number && best.number <= window_.end()) return;  // going on is nearer
  restart(best);
}

void RecordedLog::restart(const Checkpoint& checkpoint) {
  recording_->rewind(checkpoint.mark);
  held_ = checkpoint.held;
  latest_ns_ = checkpoint.latest_ns;
  window_.restart(checkpoint.number);
}

std::optional<std::uint64_t> RecordedLog::find_time(std::int64_t time_utc_ns) {
  // Among the marks the latest time so far never falls: all before the last mark below it were earlier.
  const auto after = std::partition_point(checkpoints_.begin() + 1, checkpoints_.end(),
                                          [&](const Checkpoint& c) { return c.latest_ns < time_utc_ns; });
  restart(*std::prev(after));
  do {
    const std::uint64_t number = window_.end();
    if (!pull()) return std::nullopt;
    if (window_.at(number).ping.time_utc_ns >= time_utc_ns) return number;
  } while (true);
}

double RecordedLog::progress() const {
  const std::uint64_t size = recording_->files().front()->size();
  return total_ ? 1.0 : static_cast<double>(std::min(furthest_, size)) / static_cast<double>(size);
}

}  // namespace towfish
