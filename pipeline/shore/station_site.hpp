#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pipeline/dashboard/files.hpp"
#include "pipeline/dashboard/page_site.hpp"
#include "pipeline/shore/station.hpp"

namespace towfish::shore {

/// What a station's page shows: the map of all vehicles, their contacts, and how each of them is.
class StationSite final : public dashboard::PageSite {
 public:
  StationSite(Station& station, const std::filesystem::path& store, const std::string& address,
              const std::string& token);

  std::function<dashboard::Reply()> get(std::string_view path) override { return files_.get(path); }
  void refresh(std::size_t viewers) override;
  [[nodiscard]] std::size_t boards() const override { return kBoards; }
  [[nodiscard]] dashboard::Board board(std::size_t number) const override;
  std::string steer(const dashboard::Wish&) override { return "vehicles cannot be steered from here"; }

 private:
  enum Boards { kIntroduction, kVehicles, kContacts, kSurvey, kBoards };

  Station& station_;
  dashboard::Files files_;
  std::array<dashboard::Board, kContacts> boards_;
  std::int64_t vehicles_at_ns_ = 0;
};

/// The runs with their health, as the page and summary.json have them.
nlohmann::json vehicles_json(const std::vector<VehicleRun>& runs);

}  // namespace towfish::shore
