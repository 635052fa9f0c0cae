#include "pipeline/dashboard/dashboard.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/store.hpp"
#include "pipeline/dashboard/access.hpp"
#include "pipeline/dashboard/contact_list.hpp"
#include "pipeline/dashboard/control.hpp"
#include "pipeline/dashboard/files.hpp"
#include "pipeline/dashboard/row_feed.hpp"
#include "pipeline/dashboard/server.hpp"
#include "pipeline/dashboard/state.hpp"
#include "pipeline/process/log_pattern.hpp"
#include "pipeline/process/roles.hpp"
#include "pipeline/process/snapshot.hpp"
#include "pipeline/process/stop_signal.hpp"

namespace towfish::dashboard {

namespace {

constexpr std::int64_t kMillisecond_ns = 1'000'000;
constexpr std::int64_t kStateEvery_ns = 500 * kMillisecond_ns;
constexpr std::int64_t kContactsEvery_ns = 1000 * kMillisecond_ns;
constexpr std::size_t kMostAnswers = 16;
constexpr int kNiceness = 5;  // the pipeline goes first

std::shared_ptr<const std::string> text(const nlohmann::json& message) {
  using nlohmann::json;
  return std::make_shared<const std::string>(message.dump(-1, ' ', false, json::error_handler_t::replace));
}

/// A message that all pages get, each version of it once.
struct Board {
  std::shared_ptr<const std::string> message;
  std::uint64_t version = 0;
  void put(const nlohmann::json& value) {
    auto next = text(value);
    if (message != nullptr && *message == *next) return;
    message = std::move(next);
    ++version;
  }
};

/// What is shown of a session.
class SessionSite final : public Site {
 public:
  enum Boards { kIntroduction, kState, kContacts, kSurvey, kTruth, kBoards };

  SessionSite(shm::Session& session, const process::RunSettings& settings, const std::string& token)
      : session_(session),
        access_(settings.pipeline.dashboard.address, 0, token),
        files_(session, settings),
        monitor_(session),
        settings_(settings),
        store_(std::filesystem::path(settings.out) / "contacts.gpkg") {
    boards_[kIntroduction].put(introduction(session, settings));
  }

  std::function<Reply()> get(std::string_view path) override { return files_.get(path); }
  std::unique_ptr<Viewer> open_viewer() override;
  void refresh(std::size_t viewers) override;

  [[nodiscard]] const Board& board(std::size_t which) const { return boards_[which]; }
  [[nodiscard]] shm::Session& session() { return session_; }
  [[nodiscard]] const Access& access() const { return access_; }

  [[nodiscard]] bool is_replay() const { return settings_.mode == process::Mode::replay; }

  /// Empty, or why it could not be kept.
  std::string keep(const Review& review);

 private:
  void read_store();

  shm::Session& session_;
  Access access_;
  Files files_;
  process::Monitor monitor_;
  process::RunSettings settings_;
  std::filesystem::path store_;
  std::array<Board, kBoards> boards_;
  std::int64_t state_at_ns_ = 0;
  std::int64_t contacts_at_ns_ = 0;
};

class SessionViewer final : public Viewer {
 public:
  explicit SessionViewer(SessionSite& site) : site_(site), rows_(site.session()) {}

  std::optional<Message> next() override {
    if (!answers_.empty()) {
      Message message{.binary = false, .data = answers_.front()};
      answers_.pop_front();
      return message;
    }
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const Board& board = site_.board(i);
      if (board.version == seen_[i]) continue;
      seen_[i] = board.version;
      return Message{.binary = false, .data = board.message};
    }
    return rows_.next();
  }

  void received(std::string_view said) override {
    const auto [wish, error] = parse_wish(said);
    if (!wish) return answer({{"type", "refused"}, {"text", error}});
    if (wish->kind == Wish::Kind::authorise) {
      may_change_ = site_.access().is_token(wish->token);
      return answer({{"type", "authorised"}, {"value", may_change_}});
    }
    if (!may_change_) {
      return answer(
          {{"type", "refused"},
           {"text", "this page may only look: open the whole address that was printed, with its token"}});
    }
    if (wish->kind != Wish::Kind::review) {
      if (wish->kind != Wish::Kind::stop && !site_.is_replay()) {
        return answer({{"type", "refused"}, {"text", "only a replay can be held, sought or hurried"}});
      }
      return grant(*wish, site_.session());
    }
    const std::string problem = site_.keep(wish->review);
    if (problem.empty()) return answer({{"type", "kept"}, {"contact", wish->review.contact}});
    answer({{"type", "refused"}, {"text", problem}});
  }

 private:
  void answer(const nlohmann::json& message) {
    if (answers_.size() < kMostAnswers) answers_.push_back(text(message));
  }

  SessionSite& site_;
  RowFeed rows_;
  std::array<std::uint64_t, SessionSite::kBoards> seen_{};
  std::deque<std::shared_ptr<const std::string>> answers_;
  bool may_change_ = false;
};

std::unique_ptr<Viewer> SessionSite::open_viewer() {
  return std::make_unique<SessionViewer>(*this);
}

void SessionSite::refresh(std::size_t viewers) {
  const std::int64_t now_ns = shm::monotonic_ns();
  session_.row(shm::Role::dashboard).heartbeat_ns.store(now_ns, std::memory_order_relaxed);
  if (viewers == 0) return;
  if (boards_[kTruth].version == 0) boards_[kTruth].put(truth(settings_));  // takes a moment
  if (now_ns - state_at_ns_ >= kStateEvery_ns) {
    state_at_ns_ = now_ns;
    boards_[kState].put(state(session_, monitor_.take(now_ns)));
  }
  if (now_ns - contacts_at_ns_ >= kContactsEvery_ns) {
    read_store();
    // Long lists are read less often.
    contacts_at_ns_ = now_ns + 9 * (shm::monotonic_ns() - now_ns);
  }
}

// The store is opened for the moment of reading only, so that its writer can seal it in the end.
void SessionSite::read_store() {
  try {
    if (!std::filesystem::exists(store_)) return;
    const std::vector<Review> said = reviews(store_);
    Store store(store_, Store::Mode::read);
    boards_[kContacts].put(contact_list(store, said));
    boards_[kSurvey].put(survey(store));
  } catch (const StoreError& error) {
    spdlog::debug("the contacts cannot be read now: {}", error.what());
  }
}

std::string SessionSite::keep(const Review& review) {
  try {
    add_review(store_, review);
    contacts_at_ns_ = 0;
    return {};
  } catch (const StoreError& error) {
    spdlog::warn("{}", error.what());
    return error.what();
  }
}

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
  const std::string token(block.token.data(), shm::DashboardBlock::kTokenLength);

  SessionSite site(session, settings, token);
  Server server(
      {.address = own.address, .port = port_of(session, own), .token = token, .most_clients = own.clients},
      site);
  const bool first = block.port.exchange(server.port(), std::memory_order_relaxed) == 0;
  if (first) {
    // On stdout, where scripts look for it; the token stays behind the '#', which browsers send to nobody.
    fmt::print("dashboard http://{}:{}/#token={}\n", own.address, server.port(), token);
    std::fflush(stdout);
  }
  shm::RoleRow& row = session.row(shm::Role::dashboard);
  row.state.store(shm::RoleState::running, std::memory_order_release);
  server.run([&session] { return process::stop_signals() == 0 && session.alive(shm::Role::supervisor); });
  row.state.store(shm::RoleState::ended, std::memory_order_release);
  return 0;
}

}  // namespace towfish::dashboard
