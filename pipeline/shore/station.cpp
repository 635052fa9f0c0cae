#include "pipeline/shore/station.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

namespace towfish::shore {

namespace {

/// The pings of a run begin here: a message tells the low 32 bits of a ping.
constexpr std::uint64_t kPingsPerRun = 1ULL << 32;

Contact contact_of(const contact_message::Message& m, std::uint64_t id, std::uint64_t first_ping) {
  Contact contact;
  contact.id = id;
  contact.position = m.position;
  contact.error = m.error;
  contact.contact_class = m.contact_class;
  contact.extended = m.extended;
  contact.confidence = m.confidence;
  contact.misses = m.misses;
  contact.length_m = m.length_m;
  contact.width_m = m.width_m;
  contact.height_m = m.height_m;
  contact.looks.assign(m.looks, id);
  Look& best = contact.best;
  best.id = id;
  best.contact = id;
  best.side = m.side;
  best.extended = m.extended;
  best.contact_class = m.contact_class;
  best.position = m.position;
  best.detections = 1;
  best.ping = best.first_ping = best.last_ping = first_ping + m.ping;
  best.sample = best.first_sample = best.last_sample = m.sample;
  best.time_utc_ns = m.time_utc_ns;
  best.slant_range_m = m.slant_range_m;
  best.altitude_m = m.altitude_m;
  best.heading_deg = m.heading_deg;
  best.shadow_length_m = m.shadow_length_m;
  best.frequency_khz = std::isfinite(m.frequency_khz) ? m.frequency_khz : 0;
  best.length_m = m.length_m;
  best.width_m = m.width_m;
  best.height_m = m.height_m;
  return contact;
}

/// The place in a health message, if it tells one.
std::optional<Position> place_in(const std::string& health) {
  const auto object = nlohmann::json::parse(health, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  const auto place = object.find("position");
  if (place == object.end() || !place->is_array() || place->size() != 2) return std::nullopt;
  if (!(*place)[0].is_number() || !(*place)[1].is_number()) return std::nullopt;
  const Position position{(*place)[0].get<double>(), (*place)[1].get<double>()};
  const bool on_earth = std::abs(position.latitude_deg) <= 90 && std::abs(position.longitude_deg) <= 180;
  return on_earth ? std::optional(position) : std::nullopt;
}

/// Every other point, the ends kept.
void thin(std::vector<Position>& points) {
  std::size_t kept = 1;
  for (std::size_t i = 2; i < points.size(); i += 2) points[kept++] = points[i];
  points.resize(kept);
}

}  // namespace

Station::Station(const std::filesystem::path& store, std::size_t most_track)
    : store_(store, Store::Mode::write),
      table_(std::in_place, store),
      survey_{.swaths = {}, .holes = {}, .track = store_.survey().track},
      most_track_(most_track) {
  // What was acknowledged never comes again: it has to outlive a power cut.
  sqlite3_exec(store_.connection(), "PRAGMA synchronous=FULL", nullptr, nullptr, nullptr);
  if (!store_.fact("station")) {
    std::random_device random;
    store_.set_fact("station", fmt::format("{:08x}{:08x}", random(), random()));
  }
  name_ = "station-" + *store_.fact("station");
}

Station::Taken Station::receive(const std::string& vehicle, std::string_view bytes) {
  const auto message = decode(bytes);
  if (!message) return Taken::malformed;
  const std::scoped_lock lock(mutex_);
  const VehicleRun run = table_->run(vehicle, message->run);
  if (message->number <= run.last_number) {
    table_->repeated(run);
    return Taken::repeated;
  }
  const bool taken = take(run, *message);
  table_->taken(run, message->number);
  return taken ? Taken::fresh : Taken::malformed;
}

// Each step leaves something that the same message, taken in again, ends up with as well.
bool Station::take(const VehicleRun& run, const ShoreMessage& message) {
  switch (message.kind) {
    case ShoreMessage::Kind::contact:
      return put_contact(run, message);
    case ShoreMessage::Kind::withdrawn: {
      const auto id = table_->contact(run, message.contact_id);
      if (!id) return false;
      Store::Change change(store_);
      change.remove_contact(*id);
      change.remove_look(*id);
      change.commit();
      return true;
    }
    case ShoreMessage::Kind::health:
      put_health(run, message.health);
      return true;
  }
  return false;
}

bool Station::put_contact(const VehicleRun& run, const ShoreMessage& message) {
  const auto id = table_->contact(run, message.contact_id);
  if (!id) return false;
  const std::uint64_t first_ping = run.id * kPingsPerRun;
  if (store_.source_of(first_ping) != run.vehicle) store_.set_source(first_ping, run.vehicle);
  const Contact contact = contact_of(message.contact, *id, first_ping);
  Store::Change change(store_);
  change.put(contact);
  change.put(contact.best);
  change.commit();
  return true;
}

void Station::put_health(const VehicleRun& run, const std::string& health) {
  table_->set_health(run, health);
  const auto place = place_in(health);
  if (!place) return;
  const auto pass = static_cast<std::uint32_t>(run.id);
  auto line = std::ranges::find(survey_.track, pass, &TrackLine::pass);
  if (line == survey_.track.end()) line = survey_.track.insert(line, TrackLine{.pass = pass, .points = {}});
  auto& points = line->points;
  if (!points.empty() && points.back().latitude_deg == place->latitude_deg &&
      points.back().longitude_deg == place->longitude_deg) {
    return;
  }
  points.push_back(*place);
  if (points.size() > most_track_) thin(points);
  Survey drawn;
  std::ranges::copy_if(survey_.track, std::back_inserter(drawn.track),
                       [](const TrackLine& each) { return each.points.size() > 1; });
  Store::Change change(store_);
  change.put(drawn);
  change.commit();
}

std::vector<VehicleRun> Station::runs() {
  const std::scoped_lock lock(mutex_);
  return table_->runs();
}

void Station::seal() {
  const std::scoped_lock lock(mutex_);
  table_.reset();
  store_.seal();
}

}  // namespace towfish::shore
