#include "pipeline/dashboard/dashboard.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>

#include "pipeline/dashboard/files.hpp"
#include "pipeline/dashboard/page_site.hpp"
#include "pipeline/dashboard/server.hpp"
#include "pipeline/dashboard/state.hpp"
#include "pipeline/process/log_pattern.hpp"
#include "pipeline/process/roles.hpp"
#include "pipeline/process/snapshot.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "pipeline/process/summary.hpp"

namespace towfish::dashboard {

namespace {

constexpr std::int64_t kMillisecond_ns = 1'000'000;
constexpr std::int64_t kStateEvery_ns = 500 * kMillisecond_ns;
constexpr int kNiceness = 5;  // the pipeline goes first
constexpr int kTruthNiceness = 19;

/// What is shown of a session.
class SessionSite final : public PageSite {
 public:
  SessionSite(shm::Session& session, const process::RunSettings& settings, const std::string& token)
      : PageSite(Access(settings.pipeline.dashboard.address, 0, token), store_of(settings)),
        session_(session),
        settings_(settings),
        files_(store_of(settings), [this] { return summary(); }),
        monitor_(session) {
    boards_[kIntroduction].put(introduction(session, settings));
  }

  std::function<Reply()> get(std::string_view path) override { return files_.get(path); }

  void refresh(std::size_t viewers) override {
    const std::int64_t now_ns = shm::monotonic_ns();
    session_.row(shm::Role::dashboard).heartbeat_ns.store(now_ns, std::memory_order_relaxed);
    if (viewers == 0) return;
    store().want();
    if (boards_[kTruth].version == 0) find_truth();
    if (now_ns - state_at_ns_ < kStateEvery_ns) return;
    state_at_ns_ = now_ns;
    boards_[kState].put(state(session_, monitor_.take(now_ns)));
  }

  [[nodiscard]] std::size_t boards() const override { return kBoards; }
  [[nodiscard]] Board board(std::size_t number) const override {
    if (number == kContacts) return store().contacts();
    return number == kSurvey ? store().survey() : boards_[number];
  }
  [[nodiscard]] std::unique_ptr<RowFeed> open_rows() override { return std::make_unique<RowFeed>(session_); }

  std::string steer(const Wish& wish) override {
    const bool replay = settings_.mode == process::Mode::replay;
    const bool recording = wish.kind == Wish::Kind::record || wish.kind == Wish::Kind::end_recording;
    if (recording && replay) return "only a live run can be recorded: a replay has been";
    if (!recording && !replay && wish.kind != Wish::Kind::stop) {
      return "only a replay can be held, sought or hurried";
    }
    grant(wish, session_);
    return {};
  }

 private:
  enum Boards { kIntroduction, kState, kContacts, kSurvey, kTruth, kBoards };

  static std::filesystem::path store_of(const process::RunSettings& settings) {
    return std::filesystem::path(settings.out) / "contacts.gpkg";
  }
  /// On a thread of its own: a long scenario takes seconds, in which pages want rows and the supervisor a
  /// heartbeat.
  void find_truth() {
    if (!truth_.valid()) {
      truth_ = std::async(std::launch::async, [this] {
        setpriority(PRIO_PROCESS, 0, kTruthNiceness);  // of this thread
        return truth(settings_);
      });
    }
    if (truth_.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
      boards_[kTruth].put(truth_.get());
  }
  [[nodiscard]] std::string summary() const {
    process::RunOutcome outcome;
    outcome.finished_ns = shm::monotonic_ns();
    return process::summary(session_, settings_, outcome).dump(2) + "\n";
  }

  shm::Session& session_;
  process::RunSettings settings_;
  Files files_;
  process::Monitor monitor_;
  std::array<Board, kBoards> boards_;
  std::int64_t state_at_ns_ = 0;
  std::future<nlohmann::json> truth_;
};

/// The port that an earlier process had, if pages may still be open there.
std::uint16_t port_of(const shm::Session& session, const process::DashboardSettings& settings) {
  const std::uint32_t before = session.block().dashboard.port.load(std::memory_order_relaxed);
  return static_cast<std::uint16_t>(before != 0 ? before : settings.port);
}

}  // namespace

int dashboard_main(const std::string& session_name) {
  process::catch_stop_signals();
  setpriority(PRIO_PROCESS, 0, kNiceness);
  process::set_log_pattern("dashboard");
  shm::Session session = shm::Session::open(session_name);
  session.enter(shm::Role::dashboard);
  const process::RunSettings settings = process::settings_of(session);
  const process::DashboardSettings& own = settings.pipeline.dashboard;
  shm::DashboardBlock& block = session.block().dashboard;
  block.watches.store(1, std::memory_order_relaxed);
  const std::string token(block.token.data(), shm::DashboardBlock::kTokenLength);

  SessionSite site(session, settings, token);
  Server server(
      {.address = own.address, .port = port_of(session, own), .token = token, .most_clients = own.clients},
      site);
  const bool first = block.port.exchange(server.port(), std::memory_order_relaxed) == 0;
  if (first) {
    // On stdout, where scripts look for it; the token stays behind the '#', which browsers send to nobody.
    const bool colons = own.address.find(':') != std::string::npos;  // IPv6: RFC 3986, 3.2.2
    fmt::print("dashboard http://{}:{}/#token={}\n", colons ? "[" + own.address + "]" : own.address,
               server.port(), token);
    std::fflush(stdout);
  }
  shm::RoleRow& row = session.row(shm::Role::dashboard);
  row.state.store(shm::RoleState::running, std::memory_order_release);
  server.run([&session] { return process::stop_signals() == 0 && session.alive(shm::Role::supervisor); });
  row.state.store(shm::RoleState::ended, std::memory_order_release);
  return 0;
}

}  // namespace towfish::dashboard
