#include "pipeline/shore/station_run.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <system_error>
#include <thread>

#include "pipeline/contacts/csv.hpp"
#include "pipeline/contacts/geojson.hpp"
#include "pipeline/dashboard/server.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "pipeline/shore/station.hpp"
#include "pipeline/shore/station_site.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::shore {

namespace fs = std::filesystem;

namespace {

/// A message that was on its way when the link went comes again after this long.
constexpr int kPatience_s = 5;
constexpr int kWait_ms = 1000;

std::string make_token() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string token(32, '0');
  for (char& digit : token) digit = kDigits[random() % kDigits.size()];
  return token;
}

/// One vehicle's messages, taken in on a thread of its own.
class Ear {
 public:
  Ear(const StationOptions& options, std::string vehicle, Station& station)
      : vehicle_(std::move(vehicle)), station_(station), connection_(options.nats) {
    for (const std::string& domain : {vehicle_, std::string()}) {
      readers_.push_back(connection_.read({.queue = stream_of(vehicle_),
                                           .subject = subjects_of(vehicle_),
                                           .name = station.name(),
                                           .patience_s = kPatience_s,
                                           .domain = domain,
                                           .in_order = true}));
    }
    thread_ = std::thread([this] { listen(); });
  }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;
  ~Ear() {
    ending_ = true;
    thread_.join();
  }

  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  void listen() {
    try {
      while (!ending_) {
        auto message = readers_[at_].take(kWait_ms);
        if (message) {
          take_in(*message);
        } else {
          at_ = (at_ + 1) % readers_.size();  // Its own leaf node, or the servers themselves.
        }
      }
    } catch (const std::exception& error) {
      spdlog::error("{}: {}", vehicle_, error.what());
      failed_ = true;
    }
  }

  void take_in(nats::Message& message) {
    const Station::Taken taken = station_.receive(vehicle_, message.data());
    if (taken == Station::Taken::malformed) {
      spdlog::warn("{}: {} bytes that make no sense are passed over", vehicle_, message.data().size());
    }
    message.acknowledge();
    if (!std::exchange(heard_, true)) spdlog::info("hearing {}", vehicle_);
  }

  std::string vehicle_;
  Station& station_;
  nats::Connection connection_;
  std::vector<nats::Reader> readers_;
  std::size_t at_ = 0;
  bool heard_ = false;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> failed_ = false;
  std::thread thread_;
};

void write_results(Station& station, const std::vector<VehicleRun>& runs, const fs::path& out) {
  station.seal();
  Store store(out / "contacts.gpkg", Store::Mode::read);
  write_csv(store, out / "contacts.csv");
  write_geojson(store, out / "contacts.geojson");
  std::ofstream summary(out / "summary.json");
  summary << nlohmann::json{{"mode", "station"}, {"vehicles", vehicles_json(runs)}}.dump(2) << "\n";
}

void serve(const StationOptions& options, Station& station, const fs::path& store,
           const std::function<bool()>& go_on) {
  if (!options.port) {
    while (go_on()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return;
  }
  const std::string token = make_token();
  StationSite site(station, store, options.address, token);
  dashboard::Server server({.address = options.address, .port = *options.port, .token = token}, site);
  fmt::print("dashboard http://{}:{}/#token={}\n", options.address, server.port(), token);
  std::fflush(stdout);
  server.run(go_on);
}

}  // namespace

int run_station(const StationOptions& options) {
  process::catch_stop_signals();
  std::error_code error;
  fs::create_directories(options.out, error);
  if (error) throw InputError(fmt::format("{}: cannot be made: {}", options.out.string(), error.message()));
  const fs::path out = fs::canonical(options.out);
  const fs::path store = out / "contacts.gpkg";
  Station station(store);
  StationOptions own = options;
  own.out = out;
  {
    std::vector<std::unique_ptr<Ear>> ears;
    for (const std::string& vehicle : options.vehicles)
      ears.push_back(std::make_unique<Ear>(own, vehicle, station));
    serve(options, station, store, [&ears] {
      for (const auto& ear : ears) {
        if (ear->failed()) return false;
      }
      return process::stop_signals() == 0;
    });
    for (const auto& ear : ears) {
      if (ear->failed()) return 1;
    }
  }
  const std::vector<VehicleRun> runs = station.runs();
  write_results(station, runs, out);
  for (const VehicleRun& run : runs) {
    fmt::print("vehicle  {} run {}: {} messages, {} repeated\n", run.vehicle, run.id, run.messages,
               run.repeated);
  }
  fmt::print("results  {}\n", out.string());
  return 0;
}

}  // namespace towfish::shore
