#include "pipeline/logs/block_recording.hpp"

#include <algorithm>
#include <utility>

namespace towfish {
namespace {

constexpr std::uint32_t kMaxSamples = 1U << 20;
constexpr float kMinRange_m = 1e-3F;
constexpr float kMaxRange_m = 5000;
constexpr std::uint64_t kMaxBlockBytes = 64U << 20;

}  // namespace

BlockRecording::BlockRecording(std::unique_ptr<LogFile> file, std::uint64_t first_block)
    : file_(std::move(file)), window_(*file_), first_block_(first_block), offset_(first_block) {}

std::optional<Mark> BlockRecording::mark() const {
  return waiting_ ? std::nullopt : std::optional(Mark{offset_, 0});
}

void BlockRecording::rewind(const Mark& mark) {
  offset_ = mark[0];
  waiting_.reset();
}

void BlockRecording::describe(std::string format, const ChannelPair& pair) {
  description_.format = std::move(format);
  description_.pairs = {pair};
  rewind({first_block_, 0});
}

std::optional<BlockRecording::Block> BlockRecording::block_at(std::uint64_t at) {
  const auto bytes = block_bytes(at);
  if (!bytes || *bytes == 0 || *bytes > kMaxBlockBytes || *bytes > file_->size() - at) return std::nullopt;
  return Block{at, *bytes};
}

bool BlockRecording::leads_on(const Block& block) {
  const std::uint64_t end = block.at + block.bytes;
  return end >= file_->size() || block_bytes(end).has_value();
}

std::optional<BlockRecording::Block> BlockRecording::resynchronise(std::uint64_t from, std::uint64_t until) {
  for (std::uint64_t at = from; at < until; ++at) {
    if (window_.bytes(at, 1).empty()) return std::nullopt;  // the file has become shorter
    const auto block = block_at(at);
    if (block && leads_on(*block)) return block;
  }
  return std::nullopt;
}

std::optional<BlockRecording::Block> BlockRecording::next_block() {
  if (offset_ >= file_->size()) return std::nullopt;
  auto block = block_at(offset_);
  const std::uint64_t at = offset_;
  if (!block) {
    const bool started = block_bytes(at).has_value();
    block = resynchronise(at + 1, file_->size());
    faults_.note(block ? "garbage_between_blocks" : started ? "truncated_tail" : "garbage_at_end", at);
  } else if (!leads_on(*block)) {
    // Either its length lies or garbage follows: whatever whole block comes next inside of it decides.
    const auto inside = resynchronise(at + 1, at + block->bytes);
    faults_.note("garbage_between_blocks", at);
    if (inside) block = inside;
  }
  offset_ = block ? block->at + block->bytes : file_->size();
  return block;
}

bool BlockRecording::same_ping(const RecordedPing& earlier, const RecordedPing& later) const {
  return earlier.ping.time_utc_ns == later.ping.time_utc_ns;
}

bool BlockRecording::next(RecordedPing& out) {
  const auto& sides = description_.pairs[description_.pair].has;
  while (const auto block = next_block()) {
    RecordedPing ping;
    ping.at = block->at;
    if (!read_block(*block, ping)) continue;
    const bool whole =
        (ping.geometry[0].samples > 0 || !sides[0]) && (ping.geometry[1].samples > 0 || !sides[1]);
    if (whole) {
      out = ping;
      return true;
    }
    if (!waiting_) {
      waiting_ = ping;
      continue;
    }
    const std::size_t late = ping.geometry[0].samples > 0 ? 0 : 1;
    if (waiting_->geometry[late].samples == 0 && same_ping(*waiting_, ping)) {
      out = *std::exchange(waiting_, std::nullopt);
      out.geometry[late] = ping.geometry[late];
      out.trace[late] = ping.trace[late];
    } else {
      faults_.note("other_side_missing", waiting_->at);
      out = *std::exchange(waiting_, ping);
    }
    return true;
  }
  if (!waiting_) return false;
  out = *std::exchange(waiting_, std::nullopt);
  return true;
}

bool BlockRecording::place(Side side, const TraceBytes& trace, float first_edge_m, float spacing_m,
                           float frequency_khz, RecordedPing& out) {
  const float range_m = first_edge_m + spacing_m * static_cast<float>(trace.samples);
  const bool usable = trace.samples > 0 && trace.samples <= kMaxSamples && spacing_m > 0 &&
                      first_edge_m >= 0 && range_m >= kMinRange_m && range_m <= kMaxRange_m;
  if (!usable) {
    faults_.note("range_absent_or_absurd", out.at);
    return false;
  }
  const float frequency = std::isfinite(frequency_khz) && frequency_khz > 0 ? frequency_khz : 0;
  out.geometry[index(side)] = {trace.samples, first_edge_m, spacing_m, frequency, 1};
  out.trace[index(side)] = trace;
  return true;
}

}  // namespace towfish
