#include "pipeline/shore/publisher.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/contacts/utc_text.hpp"
#include "pipeline/nats/nats.hpp"
#include "pipeline/process/roles.hpp"
#include "pipeline/process/snapshot.hpp"
#include "pipeline/process/stop_signal.hpp"
#include "pipeline/shore/outbox.hpp"

namespace towfish::shore {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMillisecond_ns = 1'000'000;
constexpr std::int64_t kCollectEvery_ns = 500 * kMillisecond_ns;
constexpr std::int64_t kTellEvery_ns = 10'000 * kMillisecond_ns;
constexpr std::int64_t kMostBytes = 256 << 20;            ///< Of a vehicle's stream: millions of contacts.
constexpr int kNiceness = 5;                              // the pipeline goes first
constexpr std::int64_t kTurn_ns = 200 * kMillisecond_ns;  // between two signs of life

nats::Address address_of(const process::ShoreSettings& shore) {
  return {.url = shore.servers,
          .credentials = shore.credentials,
          .ca = shore.ca,
          .certificate = shore.certificate,
          .key = shore.key};
}

class Publisher {
 public:
  Publisher(shm::Session& session, const process::RunSettings& settings)
      : session_(session),
        shore_(settings.pipeline.shore),
        vehicle_(vehicle_name(shore_.vehicle)),
        store_(fs::path(settings.out) / "contacts.gpkg"),
        run_(session.block().created_utc_ns),
        wait_ms_(
            static_cast<int>(std::clamp(settings.pipeline.supervisor.hang_timeout_s * 400, 50.0, 1000.0))),
        monitor_(session),
        outbox_(fs::path(settings.out) / kOutboxFile),
        connection_(address_of(shore_), nats::Connection::Start::whenever) {}

  /// False when there is nothing more to do.
  bool turn(bool ending) {
    const std::int64_t now_ns = shm::monotonic_ns();
    if (ending && end_ns_ == 0) {
      end_ns_ = now_ns + std::llround(shore_.patience_s * 1e9);
      collect_at_ns_ = health_at_ns_ = 0;
    }
    if (now_ns >= collect_at_ns_) collect(now_ns);
    if (made_ || make_stream(now_ns)) {
      const bool all = send_letters();
      if (all && now_ns >= health_at_ns_) send_health(now_ns);
      if (all && ending && health_at_ns_ > now_ns) return false;
    }
    if (!ending || now_ns < end_ns_) return true;
    spdlog::warn("{} letters have not been taken; the next run with --publish into this folder sends them",
                 outbox_.waiting());
    return false;
  }

  [[nodiscard]] const std::string& vehicle() const { return vehicle_; }

 private:
  // The store is opened for the moment of reading only, so that its writer can seal it in the end.
  void collect(std::int64_t now_ns) {
    try {
      if (fs::exists(store_)) {
        Store store(store_, Store::Mode::read);
        outbox_.collect(store, run_);
      }
    } catch (const StoreError& error) {
      spdlog::debug("the contacts cannot be read now: {}", error.what());
    }
    // Long lists are read less often.
    const std::int64_t took_ns = shm::monotonic_ns() - now_ns;
    collect_at_ns_ = now_ns + std::max(kCollectEvery_ns, 10 * took_ns);
  }

  bool make_stream(std::int64_t now_ns) {
    const std::string problem =
        connection_.make_latest(stream_of(vehicle_), subjects_of(vehicle_), kMostBytes, wait_ms_);
    made_ = problem.empty();
    if (!made_) tell(now_ns, problem);
    return made_;
  }

  /// For a moment; whether nothing is left.
  bool send_letters() {
    for (const std::int64_t end_ns = shm::monotonic_ns() + kTurn_ns; shm::monotonic_ns() < end_ns;) {
      const auto letter = outbox_.next();
      if (!letter) return true;
      const ShoreMessage head{.kind = letter->kind, .run = letter->run, .contact_id = letter->contact_id};
      if (!offer(head, letter->number, letter->bytes)) return false;
      outbox_.sent(letter->number);
      session_.row(shm::Role::publisher).done.fetch_add(1, std::memory_order_relaxed);
    }
    return false;
  }

  void send_health(std::int64_t now_ns) {
    ShoreMessage message{.kind = ShoreMessage::Kind::health, .run = run_, .number = outbox_.take_number()};
    message.health = health(now_ns).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (offer(message, message.number, encode(message)))
      health_at_ns_ = now_ns + std::llround(shore_.health_s * 1e9);
  }

  bool offer(const ShoreMessage& head, std::uint64_t number, const std::string& bytes) {
    const std::string id = fmt::format("{}-{}-{}", vehicle_, head.run, number);
    if (connection_.offer(subject_of(vehicle_, head), id, bytes, wait_ms_)) return true;
    made_ = false;  // The server may be another one, or begin anew.
    tell(shm::monotonic_ns(), "no answer");
    return false;
  }

  nlohmann::json health(std::int64_t now_ns) {
    const process::Snapshot now = monitor_.take(now_ns);
    const auto& total = now.latency[latency::index(latency::Stage::total)];
    nlohmann::json troubled = nlohmann::json::array();
    std::uint64_t restarts = 0;
    for (std::size_t i = 1; i < shm::kRoles; ++i) {
      const process::RoleSnapshot& role = now.roles[i];
      restarts += role.restarts;
      const bool needed = !shm::looks_on(static_cast<shm::Role>(i)) && role.pid != 0;
      if (needed && !role.alive && role.state != shm::RoleState::ended)
        troubled.push_back(shm::kRoleNames[i]);
    }
    std::uint64_t faults = 0;
    for (const auto& [kind, count] : now.faults) faults += count;
    nlohmann::json health{{"time_utc", utc_text(session_.block().source.load().time_utc_ns)},
                          {"ended", now.ended},
                          {"pings", now.pings},
                          {"frames", {now.frames.emitted, now.frames.fused, now.frames.refused}},
                          {"contacts", {now.contacts, now.milco}},
                          {"total_p99_ms", std::round(static_cast<double>(total.p99_ns) * 1e-5) / 10},
                          {"late", total.over_deadline},
                          {"restarts", restarts},
                          {"faults", faults},
                          {"troubled", troubled}};
    if (const auto place = position()) health["position"] = {place->latitude_deg, place->longitude_deg};
    return health;
  }

  /// Where the track ends.
  std::optional<Position> position() {
    try {
      if (!fs::exists(store_)) return std::nullopt;
      const Survey survey = Store(store_, Store::Mode::read).survey();
      if (survey.track.empty() || survey.track.back().points.empty()) return std::nullopt;
      return survey.track.back().points.back();
    } catch (const StoreError&) {
      return std::nullopt;
    }
  }

  void tell(std::int64_t now_ns, const std::string& problem) {
    if (now_ns < tell_at_ns_) return;
    tell_at_ns_ = now_ns + kTellEvery_ns;
    spdlog::warn("{} takes nothing: {}; {} letters wait in the outbox", shore_.servers, problem,
                 outbox_.waiting());
  }

  shm::Session& session_;
  process::ShoreSettings shore_;
  std::string vehicle_;
  fs::path store_;
  std::int64_t run_;
  int wait_ms_;
  process::Monitor monitor_;
  Outbox outbox_;
  nats::Connection connection_;
  bool made_ = false;  ///< The stream.
  std::int64_t collect_at_ns_ = 0;
  std::int64_t health_at_ns_ = 0;
  std::int64_t tell_at_ns_ = 0;
  std::int64_t end_ns_ = 0;
};

}  // namespace

int publisher_main(const std::string& session_name) {
  process::catch_stop_signals();
  setpriority(PRIO_PROCESS, 0, kNiceness);
  spdlog::set_pattern("%H:%M:%S.%e %^%l%$ publisher: %v");
  shm::Session session = shm::Session::open(session_name);
  session.enter(shm::Role::publisher);
  shm::RoleRow& row = session.row(shm::Role::publisher);
  Publisher publisher(session, process::settings_of(session));
  row.state.store(shm::RoleState::running, std::memory_order_release);
  spdlog::info("publishing as vehicle {}", publisher.vehicle());
  for (;;) {
    row.heartbeat_ns.store(shm::monotonic_ns(), std::memory_order_relaxed);
    if (process::stop_signals() > 1) return 0;
    // Left alone, it sends what the others still finish.
    const bool alone = !session.alive(shm::Role::supervisor) && !session.alive(shm::Role::fusion);
    if (!publisher.turn(alone || row.stop.load(std::memory_order_relaxed) != 0)) break;
    usleep(50'000);
  }
  row.state.store(shm::RoleState::ended, std::memory_order_release);
  return 0;
}

}  // namespace towfish::shore
