#include "pipeline/dashboard/contact_list.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/utc_text.hpp"

namespace towfish::dashboard {

using nlohmann::json;

namespace {

json number(double value) {
  return std::isfinite(value) ? json(value) : json();
}

json look_json(const Look& look) {
  return {{"id", look.id},
          {"side", index(look.side)},
          {"pass", look.pass},
          {"ping", look.ping},
          {"sample", look.sample},
          {"first_ping", look.first_ping},
          {"last_ping", look.last_ping},
          {"first_sample", look.first_sample},
          {"last_sample", look.last_sample},
          {"time_utc", utc_text(look.time_utc_ns)},
          {"slant_range_m", number(look.slant_range_m)},
          {"llr", number(look.llr)},
          {"detection", std::to_string(look.detection)}};  // may exceed what a page counts exactly
}

json review_json(const Review& review) {
  return {{"verdict", name(review.verdict)},
          {"class", escape::plain(review.contact_class)},
          {"comment", escape::plain(review.comment)},
          {"by", escape::plain(review.by)},
          {"time_utc", review.time_utc}};
}

json contact_json(const Contact& contact) {
  return {{"id", contact.id},
          {"class", name(contact.contact_class)},
          {"confidence", number(contact.confidence)},
          {"extended", contact.extended},
          {"latitude", number(contact.position.latitude_deg)},
          {"longitude", number(contact.position.longitude_deg)},
          {"error_major_m", number(contact.error.semi_major_m)},
          {"error_minor_m", number(contact.error.semi_minor_m)},
          {"error_bearing_deg", number(contact.error.bearing_deg)},
          {"length_m", number(contact.length_m)},
          {"width_m", number(contact.width_m)},
          {"height_m", number(contact.height_m)},
          {"misses", contact.misses},
          {"best", std::to_string(contact.best.detection)}};
}

json outline(const std::vector<Position>& points) {
  json out = json::array();
  for (const Position& point : points) out.push_back({point.latitude_deg, point.longitude_deg});
  return out;
}

}  // namespace

json contact_list(Store& store, const std::vector<Review>& reviews) {
  std::vector<Contact> contacts;
  store.for_each_contact([&](const Contact& contact) { contacts.push_back(contact); });
  const std::size_t total = contacts.size();
  std::stable_sort(contacts.begin(), contacts.end(),
                   [](const Contact& a, const Contact& b) { return a.confidence > b.confidence; });
  contacts.resize(std::min(total, kMostContacts));

  std::map<std::uint64_t, json> looks;                // by contact
  std::map<std::uint64_t, std::uint64_t> contact_of;  // by detection
  for (const Contact& contact : contacts) {
    json& own = looks[contact.id] = json::array();
    store.for_each_look(contact.id, [&](const Look& look) {
      own.push_back(look_json(look));
      contact_of[look.detection] = contact.id;
    });
  }
  // A review belongs to the contact that holds its detection; if none does, to the one of its number.
  std::map<std::uint64_t, json> said;
  for (const Review& review : reviews) {
    const auto found = contact_of.find(review.detection);
    said[found != contact_of.end() ? found->second : review.contact].push_back(review_json(review));
  }
  json list = json::array();
  for (const Contact& contact : contacts) {
    json item = contact_json(contact);
    item["source"] = escape::plain(store.source_of(contact.best.ping));
    item["looks"] = std::move(looks[contact.id]);
    const auto found = said.find(contact.id);
    item["reviews"] = found != said.end() ? found->second : json::array();
    list.push_back(std::move(item));
  }
  return {{"type", "contacts"}, {"total", total}, {"list", std::move(list)}};
}

json survey(Store& store) {
  const Survey found = store.survey();
  json coverage = json::array();
  for (const Swath& swath : found.swaths) {
    coverage.push_back({{"quality", name(swath.quality)}, {"outline", outline(swath.outline)}});
  }
  json holes = json::array();
  for (const Hole& hole : found.holes) {
    holes.push_back({{"reason", escape::plain(hole.reason)}, {"outline", outline(hole.outline)}});
  }
  json track = json::array();
  for (const TrackLine& line : found.track)
    track.push_back({{"pass", line.pass}, {"points", outline(line.points)}});
  return {{"type", "survey"}, {"coverage", coverage}, {"holes", holes}, {"track", track}};
}

}  // namespace towfish::dashboard
