#include "pipeline/process/truth.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/sonar/geometry.hpp"
#include "sim/sidescan.hpp"

namespace towfish::process {

namespace {

constexpr double kHit_m = 3;

/// Pings before and after the closest approach that an object needs around it to have passed fully.
std::uint64_t margin_pings(const Scenario& scenario, const Sidescan& sonar, const TruthLook& look) {
  const double spacing_m = scenario.vehicle.speed_mps * sonar.ping_interval_s();
  return static_cast<std::uint64_t>(std::ceil(std::max(look.length_m, look.width_m) / spacing_m));
}

}  // namespace

std::vector<TruthLook> passed_truth(const Scenario& scenario, const shm::SourceProgress& progress) {
  const Sidescan sonar(scenario);
  std::vector<TruthLook> passed;
  for (const TruthLook& look : sonar.truth()) {
    const std::uint64_t margin = margin_pings(scenario, sonar, look);
    if (look.visible && look.ping >= margin && look.ping + margin < progress.next_ping)
      passed.push_back(look);
  }
  return passed;
}

void write_truth(const std::filesystem::path& file, const std::vector<TruthLook>& truth) {
  std::ofstream out(file);
  out << "truth_id,class,shape,latitude_deg,longitude_deg,side,ping,sample,length_m,width_m,height_m\n";
  for (const TruthLook& look : truth) {
    out << fmt::format("{},{},{},{:.7f},{:.7f},{},{},{},{:.2f},{:.2f},{:.2f}\n", look.truth_id,
                       name(look.contact_class), look.shape, look.latitude_deg, look.longitude_deg,
                       name(look.side), look.ping, look.sample, look.length_m, look.width_m, look.height_m);
  }
  out.close();
  if (!out) throw std::runtime_error(fmt::format("{}: cannot be written", file.string()));
}

nlohmann::json detection_summary(Store& store, const std::vector<TruthLook>& truth) {
  std::map<std::uint32_t, bool> detected;
  for (const TruthLook& look : truth) detected[look.truth_id] = false;
  std::uint64_t false_alarms = 0;
  store.for_each_contact([&](const Contact& contact) {
    bool hit = false;
    for (const TruthLook& look : truth) {
      if (!contact.has_position()) break;
      if (distance_m(contact.position, {look.latitude_deg, look.longitude_deg}) > kHit_m) continue;
      detected[look.truth_id] = true;
      hit = true;
    }
    if (!hit) ++false_alarms;
  });
  double area_m2 = 0;
  for (const Swath& swath : store.survey().swaths) area_m2 += swath.area_m2;
  std::uint64_t hits = 0;
  for (const auto& [id, found] : detected) hits += found ? 1 : 0;
  nlohmann::json result{{"truth", detected.size()}, {"detected", hits}, {"false_alarms", false_alarms}};
  result["pd"] = detected.empty()
                     ? nlohmann::json()
                     : nlohmann::json(static_cast<double>(hits) / static_cast<double>(detected.size()));
  result["far_per_km2"] =
      area_m2 > 0 ? nlohmann::json(static_cast<double>(false_alarms) / area_m2 * 1e6) : nlohmann::json();
  return result;
}

}  // namespace towfish::process
