#include "pipeline/dashboard/page_site.hpp"

#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace towfish::dashboard {

namespace {

/// What one page is told in answer to what it said. Threads: any.
class Answers {
 public:
  void put(const nlohmann::json& message) {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() < kMost) waiting_.push_back(message_text(message));
  }
  std::optional<Message> take() {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    Message message{.binary = false, .data = std::move(waiting_.front())};
    waiting_.pop_front();
    return message;
  }

 private:
  static constexpr std::size_t kMost = 16;
  std::mutex mutex_;
  std::deque<std::shared_ptr<const std::string>> waiting_;
};

class PageViewer final : public Viewer {
 public:
  explicit PageViewer(PageSite& site) : site_(site), rows_(site.open_rows()), seen_(site.boards()) {}

  std::optional<Message> next() override {
    if (auto answer = answers_->take()) return answer;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const Board board = site_.board(i);
      if (board.version == seen_[i]) continue;
      seen_[i] = board.version;
      return Message{.binary = false, .data = board.message};
    }
    return rows_ != nullptr ? rows_->next() : std::nullopt;
  }

  void received(std::string_view said) override {
    const auto [wish, error] = parse_wish(said);
    if (!wish) return refuse(error);
    if (wish->kind == Wish::Kind::authorise) {
      may_change_ = site_.access().is_token(wish->token);
      return answers_->put({{"type", "authorised"}, {"value", may_change_}});
    }
    if (!may_change_) {
      return refuse("this page may only look: open the whole address that was printed, with its token");
    }
    if (wish->kind == Wish::Kind::review) return review(wish->review);
    const std::string problem = site_.steer(*wish);
    if (!problem.empty()) refuse(problem);
  }

 private:
  void refuse(const std::string& why) { answers_->put({{"type", "refused"}, {"text", why}}); }

  void review(const Review& review) {
    site_.store().keep(review, [answers = answers_, contact = review.contact](const std::string& problem) {
      if (problem.empty()) {
        answers->put({{"type", "kept"}, {"contact", contact}});
      } else {
        answers->put({{"type", "refused"}, {"text", problem}});
      }
    });
  }

  PageSite& site_;
  std::unique_ptr<RowFeed> rows_;
  std::vector<std::uint64_t> seen_;
  std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  bool may_change_ = false;
};

}  // namespace

std::unique_ptr<Viewer> PageSite::open_viewer() {
  return std::make_unique<PageViewer>(*this);
}

}  // namespace towfish::dashboard
