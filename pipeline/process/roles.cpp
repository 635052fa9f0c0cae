#include "pipeline/process/roles.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <thread>
#include <utility>

#include "pipeline/contacts/store.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/process/detector_role.hpp"
#include "pipeline/process/fusion_role.hpp"
#include "pipeline/process/source_role.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "pipeline/process/warm_up.hpp"
#include "pipeline/source/excerpt.hpp"
#include "pipeline/source/survey.hpp"
#include "sim/sidescan.hpp"

namespace towfish::process {

namespace {

constexpr double kSecond_ns = 1e9;

/// A role together with what it refers to.
template <class Work, class... Parts>
class Owned final : public RoleWork {
 public:
  template <class Make>
  Owned(std::tuple<std::unique_ptr<Parts>...> parts, Make make)
      : parts_(std::move(parts)), work_(make(parts_)) {}
  Step step() override { return work_->step(); }
  [[nodiscard]] bool ready() noexcept override { return work_->ready(); }
  [[nodiscard]] std::int64_t wake_at_ns() const noexcept override { return work_->wake_at_ns(); }

 private:
  std::tuple<std::unique_ptr<Parts>...> parts_;
  std::unique_ptr<Work> work_;
};

std::unique_ptr<source::Survey> make_survey(const RunSettings& settings) {
  std::vector<std::filesystem::path> files;
  for (const LogPath& log : settings.logs) files.emplace_back(log.path);
  return source::open_survey(files, settings.reading.options());
}

std::unique_ptr<RoleWork> source_role(shm::Session& session, const RunSettings& settings) {
  SourceRoleSettings role;
  const bool live = settings.mode == Mode::live;
  role.speed = settings.speed;
  role.when_full = live ? FullPolicy::refuse : FullPolicy::wait;
  role.max_gap_ns = std::llround(settings.pipeline.max_gap_s * kSecond_ns);
  if (settings.duration_s > 0) role.duration_ns = std::llround(settings.duration_s * kSecond_ns);
  role.steered = !live;
  role.detector_memory_pings = make_detector(settings.detector, Side::port)->memory_pings();
  std::unique_ptr<source::Recorder> recorder;
  if (!settings.record.empty()) {
    recorder = std::make_unique<source::Recorder>(settings.record, "towfish simulator",
                                                  session.block().source.load().pings);
  }
  std::unique_ptr<WantedRecording> wanted;
  if (live) wanted = std::make_unique<WantedRecording>(session, settings.out);
  std::unique_ptr<PingSource> pings;
  if (live) {
    pings = make_source(settings);
  } else {
    auto excerpt = std::make_unique<source::Excerpt>(
        make_survey(settings), source::Wanted{settings.from, settings.to, settings.loop});
    role.first_ping = excerpt->first_ping();
    pings = std::move(excerpt);
  }
  return std::make_unique<Owned<SourceRole, PingSource, source::Recorder, WantedRecording>>(
      std::make_tuple(std::move(pings), std::move(recorder), std::move(wanted)), [&](auto& parts) {
        return std::make_unique<SourceRole>(session, *std::get<0>(parts), role, std::get<1>(parts).get(),
                                            std::get<2>(parts).get());
      });
}

std::unique_ptr<RoleWork> detector_role(shm::Session& session, Side side, const RunSettings& settings) {
  auto detector = make_detector(settings.detector, side);
  const std::uint64_t kept = kept_frames(*detector, settings.pipeline.frame);
  // Nobody waits for the first frames of a replay as fast as possible.
  const bool paced = settings.mode == Mode::live || settings.speed > 0;
  if (paced && session.frames(side).indices().written.load(std::memory_order_acquire) == 0) {
    if (const PingPair* pair = make_source(settings)->next()) warm_up(*detector, pair->geometry[index(side)]);
  }
  auto role = std::make_unique<DetectorRole>(session, side, std::move(detector), kept,
                                             std::filesystem::path(settings.out) / "quarantine");
  if (settings.mode == Mode::live) role->shed_from(settings.pipeline.ring.shed_from);
  return role;
}

struct StoredFusion {
  std::unique_ptr<Store> store;
  std::unique_ptr<Fusion> fusion;  ///< With what the store holds.
};

/// Waits for a program that has the store locked, or for room on its disk.
StoredFusion open_fusion(const FusionSettings& settings, const std::filesystem::path& file) {
  constexpr int kTries = 100;
  for (int tried = 1;; ++tried) {
    try {
      auto store = std::make_unique<Store>(file, Store::Mode::write);
      auto fusion = std::make_unique<Fusion>(settings, *store);
      return {std::move(store), std::move(fusion)};
    } catch (const StoreError& error) {
      const bool passing = error.kind() == StoreError::Kind::locked || error.kind() == StoreError::Kind::full;
      if (!passing || tried == kTries || stop_signals() > 0) throw;
      if (tried == 1) spdlog::error("{}: waiting for that", error.what());
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

std::unique_ptr<RoleWork> fusion_role(shm::Session& session, const RunSettings& settings) {
  auto [store, fusion] =
      open_fusion(settings.pipeline.fusion, std::filesystem::path(settings.out) / "contacts.gpkg");
  const auto timeout_ns = std::llround(settings.pipeline.pair_timeout_s * kSecond_ns);
  std::unique_ptr<latency::FrameLog> log;
  if (!settings.latency_csv.empty() || !settings.trace.empty()) {
    log = std::make_unique<latency::FrameLog>(
        latency::FrameLog::Files{settings.latency_csv, settings.trace, session.block().created_ns});
  }
  return std::make_unique<Owned<FusionRole, Store, Fusion, latency::FrameLog>>(
      std::make_tuple(std::move(store), std::move(fusion), std::move(log)), [&](auto& parts) {
        return std::make_unique<FusionRole>(session, *std::get<1>(parts), timeout_ns,
                                            std::get<2>(parts).get(),
                                            std::filesystem::path(settings.out) / "quarantine");
      });
}

}  // namespace

std::uint64_t kept_frames(const Detector& detector, const FrameSettings& frame) noexcept {
  return (detector.memory_pings() + frame.pings - 1) / frame.pings + 1;
}

void check_excerpt(const RunSettings& settings) {
  if (settings.mode == Mode::live || (settings.from.empty() && settings.to.empty())) return;
  static_cast<void>(source::Excerpt(make_survey(settings), {settings.from, settings.to, settings.loop}));
}

std::unique_ptr<PingSource> make_source(const RunSettings& settings) {
  if (settings.mode == Mode::live) return std::make_unique<Sidescan>(settings.scenario);
  return make_survey(settings);
}

std::unique_ptr<RoleWork> make_role(shm::Session& session, shm::Role role, const RunSettings& settings) {
  switch (role) {
    case shm::Role::source:
      return source_role(session, settings);
    case shm::Role::port_detector:
      return detector_role(session, Side::port, settings);
    case shm::Role::starboard_detector:
      return detector_role(session, Side::starboard, settings);
    case shm::Role::fusion:
      return fusion_role(session, settings);
    default:
      throw UsageError(fmt::format("{} is not a role of frames", shm::name(role)));
  }
}

RunSettings settings_of(const shm::Session& session) {
  RunSettings settings;
  std::istringstream text(session.configuration());
  settings::read(text, "session " + session.name(), settings);
  return settings;
}

}  // namespace towfish::process
