#include "pipeline/dashboard/control.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/contacts/escape.hpp"

namespace towfish::dashboard {

using nlohmann::json;

namespace {

constexpr double kFastest = 1e6;
constexpr double kMostPings = 9007199254740992.0;  // beyond it a page cannot count

constexpr std::array<std::pair<std::string_view, Wish::Kind>, 10> kKinds{
    {{"authorise", Wish::Kind::authorise},
     {"pause", Wish::Kind::pause},
     {"resume", Wish::Kind::resume},
     {"step", Wish::Kind::step},
     {"speed", Wish::Kind::speed},
     {"seek", Wish::Kind::seek},
     {"stop", Wish::Kind::stop},
     {"record", Wish::Kind::record},
     {"end_recording", Wish::Kind::end_recording},
     {"review", Wish::Kind::review}}};

/// Thrown and caught in this file only.
struct Refusal {
  std::string why;
};

std::string text_at(const json& message, const char* key, std::size_t most) {
  const auto found = message.find(key);
  if (found == message.end()) return {};
  if (!found->is_string()) throw Refusal{std::string(key) + ": wanted a text"};
  std::string text = escape::plain(found->get_ref<const std::string&>());
  if (text.size() > most) throw Refusal{std::string(key) + ": is too long"};
  return text;
}

double number_at(const json& message, const char* key, double most) {
  const auto found = message.find(key);
  if (found == message.end() || !found->is_number()) throw Refusal{std::string(key) + ": wanted a number"};
  const auto value = found->get<double>();
  if (!(value >= 0 && value <= most)) throw Refusal{std::string(key) + ": out of range"};
  return value;
}

std::uint64_t key_at(const json& message, const char* key) {
  const std::string text = text_at(message, key, 20);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    throw Refusal{std::string(key) + ": wanted a whole number as text"};
  }
  return value;
}

Review review_in(const json& message) {
  Review review;
  review.contact = static_cast<std::uint64_t>(number_at(message, "contact", kMostPings));
  review.detection = key_at(message, "detection");
  const std::string verdict = text_at(message, "verdict", 16);
  bool known = false;
  for (const auto each : {Review::Verdict::open, Review::Verdict::accepted, Review::Verdict::rejected}) {
    if (verdict == name(each)) review.verdict = each, known = true;
  }
  if (!known) throw Refusal{"verdict: wanted open, accepted or rejected"};
  review.contact_class = text_at(message, "class", 8);
  known = review.contact_class.empty();
  for (const auto each : {ContactClass::milec, ContactClass::milco, ContactClass::nombo}) {
    known = known || review.contact_class == name(each);
  }
  if (!known) throw Refusal{"class: wanted MILEC, MILCO, NOMBO or nothing"};
  review.comment = text_at(message, "comment", Review::kMostComment);
  review.by = text_at(message, "by", Review::kMostName);
  if (review.by.empty()) throw Refusal{"by: wanted the name of who says so"};
  return review;
}

Wish wish_in(const json& message) {
  const std::string type = text_at(message, "type", 16);
  for (const auto& [name, kind] : kKinds) {
    if (type != name) continue;
    Wish wish{.kind = kind, .token = {}, .number = 0, .review = {}};
    if (kind == Wish::Kind::authorise) wish.token = text_at(message, "token", 64);
    if (kind == Wish::Kind::speed) wish.number = number_at(message, "value", kFastest);
    if (kind == Wish::Kind::seek) wish.number = std::floor(number_at(message, "value", kMostPings));
    if (kind == Wish::Kind::review) wish.review = review_in(message);
    return wish;
  }
  throw Refusal{"type: not one that is known here"};
}

/// Depth of the nesting; a message of ours has one level.
bool is_flat(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') ++depth;
    if (depth > 64) return false;
  }
  return true;
}

std::int64_t utc_ns() {
  return std::chrono::system_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

ParsedWish parse_wish(std::string_view text) {
  if (!is_flat(text)) return {std::nullopt, "not a message that is understood here"};
  const json message = json::parse(text, nullptr, false);
  if (!message.is_object()) return {std::nullopt, "not a message that is understood here"};
  try {
    return {wish_in(message), {}};
  } catch (const Refusal& refusal) {
    return {std::nullopt, refusal.why};
  }
}

void grant(const Wish& wish, shm::Session& session) noexcept {
  shm::SourceControl& control = session.block().control;
  shm::RoleRow& source = session.row(shm::Role::source);
  switch (wish.kind) {
    case Wish::Kind::pause:
      control.paused.store(1, std::memory_order_release);
      break;
    case Wish::Kind::resume:
      control.paused.store(0, std::memory_order_release);
      break;
    case Wish::Kind::step:
      control.paused.store(1, std::memory_order_release);
      control.steps.fetch_add(1, std::memory_order_release);
      break;
    case Wish::Kind::speed:
      control.speed.store(wish.number, std::memory_order_relaxed);
      control.speed_given.store(1, std::memory_order_release);
      break;
    case Wish::Kind::seek:
      control.seek_ping.store(static_cast<std::uint64_t>(wish.number), std::memory_order_relaxed);
      control.seeks.fetch_add(1, std::memory_order_release);
      break;
    case Wish::Kind::stop:
      source.stop.store(1, std::memory_order_seq_cst);
      break;
    case Wish::Kind::record:
      if (std::int64_t none = 0; control.record_utc_ns.compare_exchange_strong(none, utc_ns())) break;
      return;  // It is recorded already.
    case Wish::Kind::end_recording:
      control.record_utc_ns.store(0, std::memory_order_release);
      break;
    default:
      return;
  }
  source.doorbell.ring();
}

}  // namespace towfish::dashboard
