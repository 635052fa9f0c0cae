#include "pipeline/commands/scenario_log.hpp"

#include <algorithm>
#include <cmath>

#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"

namespace towfish::commands {
namespace {

class ScenarioLog final : public Log {
 public:
  explicit ScenarioLog(const Scenario& scenario) : scenario_(scenario), sidescan_(scenario) {
    description_.format = "scenario";
    description_.sonar = scenario.title;
    description_.pairs = {{static_cast<float>(scenario.sonar.frequency_khz), "simulated", {true, true}}};
    description_.sample_format = "16-bit unsigned";
    description_.port_order = "nadir to far";
  }

  [[nodiscard]] const PingPair* next() override {
    const PingPair* pair = sidescan_.next();
    if (pair != nullptr) number_ = pair->ping.number;
    return pair;
  }
  void read_trace(Side side, std::span<std::uint16_t> out) override { sidescan_.read_trace(side, out); }
  void seek(std::uint64_t number) override {
    number_ = number;
    sidescan_.seek(number);
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return sidescan_.size(); }

  [[nodiscard]] const LogDescription& description() const override { return description_; }
  [[nodiscard]] std::optional<std::uint64_t> find_time(std::int64_t time_utc_ns) override {
    const double after_s = static_cast<double>(time_utc_ns) / 1e9 - scenario_.start_unix_s;
    const double ping = std::max(0.0, std::ceil(after_s / sidescan_.ping_interval_s()));
    if (ping >= static_cast<double>(*sidescan_.size())) return std::nullopt;
    return static_cast<std::uint64_t>(ping);
  }
  [[nodiscard]] double progress() const override {
    return static_cast<double>(number_) / static_cast<double>(*sidescan_.size());
  }
  [[nodiscard]] PositionFrom position_from() const override { return PositionFrom::sensor; }

 private:
  Scenario scenario_;
  Sidescan sidescan_;
  LogDescription description_;
  std::uint64_t number_ = 0;
};

}  // namespace

bool is_scenario(const std::filesystem::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

std::unique_ptr<Log> open_scenario(const std::filesystem::path& file) {
  Scenario scenario;
  settings::read(file, scenario);
  return std::make_unique<ScenarioLog>(scenario);
}

}  // namespace towfish::commands
