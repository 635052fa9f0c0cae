#include "sim/sidescan.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "pipeline/sonar/error.hpp"
#include "pipeline/sonar/geometry.hpp"
#include "sim/echo.hpp"
#include "sim/passes.hpp"
#include "sim/speckle.hpp"
#include "sim/survey.hpp"

namespace towfish {
namespace {

constexpr double kMostPings = 50e6;  // five weeks at 15 pings a second

std::uint64_t count_pings(const sim::Survey& survey, const sim::Acoustics& acoustics) {
  const double pings = survey.duration_s() / acoustics.interval_s + 1;
  if (pings > kMostPings) {
    throw UsageError("vehicle: the survey has " + std::to_string(std::llround(pings)) +
                     " pings, wanted at most 50000000; shorten its lines or raise speed_mps");
  }
  return static_cast<std::uint64_t>(pings);
}

}  // namespace

class Sidescan::Model {
 public:
  explicit Model(const Scenario& settings)
      : scenario(settings),
        acoustics(settings.sonar, settings.water),
        survey(settings.vehicle, sim::hash(settings.seed, 1)),
        bottom(settings.seabed, sim::hash(settings.seed, 2)),
        scene(sim::make_scene(settings, bottom)),
        echo(settings.sonar, settings.water, settings.seabed, acoustics, bottom, scene),
        speckle(sim::hash(settings.seed, 3), samples(), acoustics.spacing_m, acoustics.resolution_m,
                settings.vehicle.speed_mps * acoustics.interval_s, acoustics.array_m, settings.sonar.looks),
        faults(settings.faults, sim::hash(settings.seed, 4), acoustics.interval_s),
        plane({settings.latitude_deg, settings.longitude_deg}),
        pings(count_pings(survey, acoustics)),
        echo_power(samples()),
        noise_power(samples()),
        amplitude(samples()) {}

  [[nodiscard]] std::size_t samples() const { return static_cast<std::size_t>(scenario.sonar.samples); }
  [[nodiscard]] sim::Pose pose(std::uint64_t number) const { return survey.pose(faults.time_s(number)); }
  void fill(std::uint64_t number);
  void navigate(const sim::Pose& at);
  [[nodiscard]] TraceGeometry geometry(Side side) const;
  [[nodiscard]] float interval_before(std::uint64_t number) const;

  Scenario scenario;
  sim::Acoustics acoustics;
  sim::Survey survey;
  sim::Bottom bottom;
  sim::Scene scene;
  sim::Echo echo;
  sim::Speckle speckle;
  sim::Faults faults;
  LocalPlane plane;
  std::uint64_t pings;
  std::uint64_t next_number = 0;
  PingPair current;
  std::vector<float> echo_power;
  std::vector<float> noise_power;
  std::vector<float> amplitude;
};

TraceGeometry Sidescan::Model::geometry(Side side) const {
  TraceGeometry geometry;
  geometry.samples = faults.missing(current.ping.number, side) ? 0 : static_cast<std::uint32_t>(samples());
  geometry.sample_spacing_m = static_cast<float>(acoustics.spacing_m);
  geometry.frequency_khz = static_cast<float>(scenario.sonar.frequency_khz);
  return geometry;
}

float Sidescan::Model::interval_before(std::uint64_t number) const {
  for (std::uint64_t before = number; before > 0; --before) {
    if (!faults.dropped(before - 1)) {
      return static_cast<float>(faults.time_s(number) - faults.time_s(before - 1));
    }
  }
  return kUnknown;
}

void Sidescan::Model::navigate(const sim::Pose& at) {
  Ping& ping = current.ping;
  if (faults.navigation_nan(ping.number)) return;
  const Position position = plane.to_position({at.east_m, at.north_m});
  ping.latitude_deg = position.latitude_deg;
  ping.longitude_deg = position.longitude_deg;
  ping.heading_deg = static_cast<float>(at.heading_deg);
  ping.course_deg = static_cast<float>(at.course_deg);
  ping.speed_mps = static_cast<float>(scenario.vehicle.speed_mps);
}

void Sidescan::Model::fill(std::uint64_t number) {
  const sim::Pose at = pose(number);
  const double above_datum_m = bottom.plane_m(at.east_m, at.north_m) + at.altitude_m;
  Ping& ping = current.ping;
  ping = {};
  ping.number = number;
  ping.time_utc_ns = std::llround(scenario.start_unix_s * 1e9) + std::llround(faults.time_s(number) * 1e9);
  navigate(pose(faults.frozen_since(number).value_or(number)));
  ping.pitch_deg = static_cast<float>(at.pitch_deg);
  ping.roll_deg = static_cast<float>(at.roll_deg);
  ping.heave_m = static_cast<float>(at.heave_m);
  ping.depth_m = static_cast<float>(scenario.water.depth_m - above_datum_m);
  ping.altitude_m = static_cast<float>(echo.altitude_m(at) * faults.altitude_factor(number));
  ping.sound_speed_mps = static_cast<float>(acoustics.sound_speed_mps);
  ping.interval_s = interval_before(number);
  current.geometry = {geometry(Side::port), geometry(Side::starboard)};
}

Sidescan::Sidescan(const Scenario& scenario) : model_(std::make_unique<Model>(scenario)) {}
Sidescan::~Sidescan() = default;

const PingPair* Sidescan::next() {
  while (model_->next_number < model_->pings && model_->faults.dropped(model_->next_number)) {
    ++model_->next_number;
  }
  if (model_->next_number >= model_->pings) return nullptr;
  model_->fill(model_->next_number++);
  return &model_->current;
}

void Sidescan::seek(std::uint64_t number) {
  model_->next_number = number;
}

std::optional<std::uint64_t> Sidescan::size() const {
  return model_->pings;
}

double Sidescan::ping_interval_s() const {
  return model_->acoustics.interval_s;
}

void Sidescan::read_trace(Side side, std::span<std::uint16_t> out) {
  Model& m = *model_;
  const std::uint64_t number = m.current.ping.number;
  m.echo.trace(m.pose(number), side, m.echo_power);
  m.noise_power = m.acoustics.noise_power;
  m.faults.disturb(number, side, 2 * m.acoustics.spacing_m / m.acoustics.sound_speed_mps, m.noise_power);
  m.speckle.apply(side, number, m.echo_power, m.noise_power, m.amplitude);
  const auto full_scale = static_cast<float>(m.scenario.sonar.full_scale);
  const float gain = m.faults.gain(number);
  const std::size_t wanted = std::min(out.size(), m.samples());
  for (std::size_t i = 0; i < wanted; ++i) {
    out[i] =
        static_cast<std::uint16_t>(std::min(gain * m.amplitude[i] * m.acoustics.gain[i] + 0.5F, full_scale));
  }
}

std::vector<TruthLook> Sidescan::truth() const {
  Model& m = *model_;
  return sim::looks([&](std::uint64_t ping) { return m.pose(ping); }, m.pings, m.scene, m.acoustics, m.faults,
                    m.echo, m.plane);
}

}  // namespace towfish
