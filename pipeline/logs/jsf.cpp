#include "pipeline/logs/jsf.hpp"

#include <algorithm>
#include <map>

#include "pipeline/logs/channel_choice.hpp"
#include "pipeline/sonar/error.hpp"

// Offsets follow EdgeTech's "JSF File and Message Descriptions", 0004824 Rev 1.20 and 0023492 Rev G.
namespace towfish {
namespace {

constexpr std::uint16_t kSync = 0x1601;
constexpr std::size_t kHeaderBytes = 16;
constexpr std::uint32_t kMaxMessageBytes = 16U << 20;
constexpr std::size_t kSearchedBytes = 16U << 10;
constexpr std::size_t kSonarHeaderBytes = 240;
constexpr std::uint16_t kSonarData = 80;
constexpr int kSurveyedMessages = 2000;
/// Pings that may wait for their other side; recorders interleave subsystems, never this many pings.
constexpr std::size_t kMostWaiting = 4;

bool is_sidescan(std::uint8_t subsystem) {
  return subsystem >= 20 && subsystem <= 29;
}

}  // namespace

bool looks_like_jsf(std::span<const std::byte> start) noexcept {
  return Fields(start).little<std::uint16_t>(0) == kSync;
}

JsfRecording::JsfRecording(std::unique_ptr<LogFile> file, const LogOptions& options)
    : file_(std::move(file)), window_(*file_), utm_zone_(options.utm_zone) {
  check_utm_zone(utm_zone_);
  survey(options);
  rewind({0, 0});
}

/// Which subsystems there are, from the first messages.
void JsfRecording::survey(const LogOptions& options) {
  std::map<std::uint8_t, ChannelPair> found;
  bool projected = false;
  for (int i = 0; i < kSurveyedMessages; ++i) {
    const auto message = next_message();
    if (!message) break;
    if (message->type != kSonarData || !is_sidescan(message->subsystem) || message->channel > 1) continue;
    const Fields fields = window_.fields(message->body_at, kSonarHeaderBytes);
    ChannelPair& pair = found[message->subsystem];
    pair.has[message->channel] = true;
    pair.name = "subsystem " + std::to_string(message->subsystem);
    pair.frequency_khz = frequency_khz(fields, message->protocol);
    projected = projected || is_projected(fields);
  }
  if (found.empty()) {
    throw InputError(file_->path().string() +
                     ": JSF without side-scan data (message 80 of subsystems 20 to 29)");
  }
  for (const auto& [subsystem, pair] : found) {
    subsystems_.push_back(subsystem);
    description_.pairs.push_back(pair);
  }
  description_.format = "JSF";
  description_.recorder = "EdgeTech";
  description_.pair = choose_pair(description_.pairs, options, file_->path());
  description_.remarks.emplace_back("heading may be magnetic: the format does not tell");
  if (projected && utm_zone_.empty()) {
    description_.remarks.emplace_back(
        "positions are metres of an unstated projection and left out; give its zone with --utm");
  }
  subsystem_ = subsystems_[description_.pair];
}

std::optional<Mark> JsfRecording::mark() const {
  return waiting_.empty() ? std::optional(Mark{offset_, sound_speed_mmps_}) : std::nullopt;
}

void JsfRecording::rewind(const Mark& mark) {
  offset_ = mark[0];
  sound_speed_mmps_ = mark[1];
  waiting_.clear();
  fix_.reset();
  attitude_.reset();
  measured_ = {};
}

std::optional<JsfRecording::Message> JsfRecording::message_at(std::uint64_t at) {
  const Fields fields = window_.fields(at, kHeaderBytes);
  if (fields.size() < kHeaderBytes || fields.little<std::uint16_t>(0) != kSync) return std::nullopt;
  const Message message{at + kHeaderBytes, fields.u8(2), fields.little<std::uint16_t>(4),
                        fields.u8(7),      fields.u8(8), fields.little<std::uint32_t>(12)};
  const bool fits = message.bytes < kMaxMessageBytes && message.bytes <= file_->size() - at - kHeaderBytes;
  return fits ? std::optional(message) : std::nullopt;
}

bool JsfRecording::leads_on(const Message& message) {
  const std::uint64_t end = message.body_at + message.bytes;
  return end == file_->size() || window_.fields(end, 2).little<std::uint16_t>(0) == kSync;
}

std::optional<JsfRecording::Message> JsfRecording::resynchronise(std::uint64_t from) {
  for (std::uint64_t at = from; at + kHeaderBytes <= file_->size();) {
    const auto bytes = window_.bytes(at, kSearchedBytes);
    if (bytes.size() < kHeaderBytes) return std::nullopt;
    const auto found = std::find(bytes.begin(), bytes.end(), std::byte{0x01});
    at += static_cast<std::uint64_t>(found - bytes.begin());
    if (found == bytes.end()) continue;
    const auto message = message_at(at);
    if (message && leads_on(*message)) return message;
    ++at;
  }
  return std::nullopt;
}

std::optional<JsfRecording::Message> JsfRecording::next_message() {
  if (offset_ >= file_->size()) return std::nullopt;
  auto message = message_at(offset_);
  // A sonar message proves itself by its sample count, so garbage behind it is not held against it.
  if (message && !leads_on(*message) && message->type != kSonarData) {
    faults_.note("message_length_wrong", offset_);
    message = resynchronise(offset_ + 1);
  } else if (!message) {
    const bool started = window_.fields(offset_, 2).little<std::uint16_t>(0) == kSync;
    const std::uint64_t broken = offset_;
    message = resynchronise(offset_ + 1);
    faults_.note(message   ? "garbage_between_messages"
                 : started ? "truncated_tail"
                           : "garbage_at_end",
                 broken);
  }
  offset_ = message ? message->body_at + message->bytes : file_->size();
  return message;
}

float JsfRecording::frequency_khz(const Fields& fields, std::uint8_t protocol) {
  const std::uint32_t high_bits = protocol >= 0xA ? fields.little<std::uint16_t>(16) : 0U;
  const auto start = static_cast<float>(fields.little<std::uint16_t>(126) + ((high_bits & 0xFU) << 16));
  const auto end = static_cast<float>(fields.little<std::uint16_t>(128) + ((high_bits >> 4 & 0xFU) << 16));
  return (start + end) / 2 * 0.01F;  // recorded in units of 10 Hz
}

bool JsfRecording::ready() const {
  if (waiting_.empty()) return false;
  const Half& oldest = waiting_.front();
  const auto& sides = description_.pairs[description_.pair].has;
  const bool whole = (oldest.has[0] || !sides[0]) && (oldest.has[1] || !sides[1]);
  return whole || waiting_.size() > kMostWaiting;
}

void JsfRecording::hand_out(RecordedPing& out) {
  if (!waiting_.front().has[0] || !waiting_.front().has[1])
    faults_.note("other_side_missing", waiting_.front().ping.at);
  out = waiting_.front().ping;
  waiting_.pop_front();
}

bool JsfRecording::next(RecordedPing& out) {
  while (!ready()) {
    const auto message = next_message();
    if (!message) {
      if (waiting_.empty()) return false;
      break;
    }
    if (message->type == kSonarData) {
      if (message->subsystem == subsystem_ && message->channel <= 1) take_sonar(*message);
    } else {
      take_other(*message);
    }
  }
  hand_out(out);
  return true;
}

void JsfRecording::take_sonar(const Message& message) {
  const Fields fields = window_.fields(message.body_at, kSonarHeaderBytes);
  const auto side = static_cast<Side>(message.channel);
  const std::uint32_t number = fields.little<std::uint32_t>(8);
  const auto same = std::find_if(waiting_.begin(), waiting_.end(), [&](const Half& half) {
    return half.number == number && !half.has[index(side)];
  });
  Half fresh;
  Half& half = same == waiting_.end() ? fresh : *same;
  if (!read_sonar(message, fields, side, half.ping)) return;
  half.has[index(side)] = true;
  if (&half != &fresh) return;
  fresh.number = number;
  fresh.ping.at = message.body_at - kHeaderBytes;
  fresh.ping.fix = std::exchange(fix_, std::nullopt);
  fresh.ping.attitude = std::exchange(attitude_, std::nullopt);
  fresh.ping.measured = std::exchange(measured_, {});
  waiting_.push_back(fresh);
}

}  // namespace towfish
