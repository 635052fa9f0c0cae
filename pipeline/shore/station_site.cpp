#include "pipeline/shore/station_site.hpp"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/utc_text.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::shore {

using nlohmann::json;

namespace {
constexpr std::int64_t kVehiclesEvery_ns = 1'000'000'000;
}

json vehicles_json(const std::vector<VehicleRun>& runs) {
  json list = json::array();
  for (const VehicleRun& run : runs) {
    const json health = json::parse(run.health, nullptr, false);
    list.push_back({{"id", run.id},
                    {"vehicle", run.vehicle},
                    {"began_utc", utc_text(run.run)},
                    {"messages", run.messages},
                    {"repeated", run.repeated},
                    {"heard_utc", run.heard_utc},
                    {"health", health.is_object() ? health : json::object()}});
  }
  return list;
}

StationSite::StationSite(Station& station, const std::filesystem::path& store, const std::string& address,
                         const std::string& token)
    : PageSite(dashboard::Access(address, 0, token), store), station_(station), files_(store, [this] {
        return json{{"mode", "station"}, {"vehicles", vehicles_json(station_.runs())}}.dump(2) + "\n";
      }) {
  boards_[kIntroduction].put({{"type", "hello"},
                              {"session", "station"},
                              {"mode", "station"},
                              {"processes", false},
                              {"speed", 0},
                              {"seen", json::array()},
                              {"deadline_ms", 0},
                              {"hang_timeout_ms", 0}});
}

void StationSite::refresh(std::size_t viewers) {
  if (viewers == 0) return;
  store().want();
  const std::int64_t now_ns = shm::monotonic_ns();
  if (now_ns - vehicles_at_ns_ < kVehiclesEvery_ns) return;
  vehicles_at_ns_ = now_ns;
  boards_[kVehicles].put({{"type", "vehicles"}, {"runs", vehicles_json(station_.runs())}});
}

dashboard::Board StationSite::board(std::size_t number) const {
  if (number == kContacts) return store().contacts();
  return number == kSurvey ? store().survey() : boards_[number];
}

}  // namespace towfish::shore
