#include "pipeline/shm/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include "pipeline/shm/frame_slot.hpp"

namespace towfish::shm {

using Kind = SegmentError::Kind;

namespace {

constexpr std::uint64_t kPage = 4096;

constexpr std::uint64_t round_up(std::uint64_t bytes) {
  return (bytes + kPage - 1) / kPage * kPage;
}

std::optional<Ring> ring_at(std::span<std::byte> memory, std::uint64_t at) {
  if (at % 64 != 0 || at >= memory.size()) return std::nullopt;
  return Ring::attach(memory.subspan(at));
}

std::array<Ring, 2> rings_at(std::span<std::byte> memory, const std::array<std::uint64_t, 2>& at,
                             std::string_view session) {
  const auto port = ring_at(memory, at[0]);
  const auto starboard = ring_at(memory, at[1]);
  if (!port || !starboard) {
    throw SegmentError(Kind::damaged,
                       fmt::format("session '{}': its rings do not fit into its memory", session));
  }
  return {*port, *starboard};
}

}  // namespace

std::int64_t monotonic_ns() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

Session::Session(Segment segment, std::array<Ring, 2> frames, std::array<Ring, 2> reports)
    : segment_(std::move(segment)),
      block_(std::launder(reinterpret_cast<SessionBlock*>(segment_.memory().data()))),
      frames_(frames),
      reports_(reports) {}

Session Session::create(std::string_view name, const SessionSizes& sizes, const std::string& configuration,
                        std::int64_t deadline_ns) {
  if (configuration.size() >= SessionBlock::kConfigurationBytes) {
    throw SegmentError(Kind::no_space,
                       fmt::format("session '{}': the configuration is {} bytes, wanted less than {}", name,
                                   configuration.size(), SessionBlock::kConfigurationBytes));
  }
  const std::uint64_t frame_slot = FrameSlot::bytes(sizes.frame_pings, sizes.frame_samples);
  const std::uint64_t frame_ring = round_up(Ring::bytes(sizes.frame_slots, frame_slot));
  const std::uint64_t report_slot = ReportSlot::bytes(sizes.detections_per_report);
  const std::uint64_t report_ring = round_up(Ring::bytes(sizes.report_slots, report_slot));
  const std::uint64_t first = round_up(sizeof(SessionBlock));
  const std::uint64_t total = first + 2 * frame_ring + 2 * report_ring;

  Segment segment = Segment::create(name, total);
  const std::span<std::byte> memory = segment.memory();
  auto* block =
      new (memory.data()) SessionBlock;  // The memory is zero already; writing it again costs milliseconds.
  block->total_bytes = total;
  block->frame_ring_at = {first, first + frame_ring};
  block->report_ring_at = {first + 2 * frame_ring, first + 2 * frame_ring + report_ring};
  block->frame_pings = sizes.frame_pings;
  block->detections_per_report = sizes.detections_per_report;
  block->created_ns = monotonic_ns();
  block->created_utc_ns = std::chrono::system_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  block->deadline_ns = deadline_ns;
  std::memcpy(block->configuration.data(), configuration.data(), configuration.size());
  for (const std::uint64_t at : block->frame_ring_at) {
    Ring::format(memory.subspan(at, frame_ring), sizes.frame_slots, frame_slot);
  }
  for (const std::uint64_t at : block->report_ring_at) {
    Ring::format(memory.subspan(at, report_ring), sizes.report_slots, report_slot);
  }
  const auto frames = rings_at(memory, block->frame_ring_at, name);
  const auto reports = rings_at(memory, block->report_ring_at, name);
  block->magic.store(SessionBlock::kMagic, std::memory_order_relaxed);
  block->version.store(SessionBlock::kLayoutVersion, std::memory_order_release);
  return {std::move(segment), frames, reports};
}

Session Session::open(std::string_view name, bool read_only) {
  Segment segment = Segment::open(name, read_only);
  const std::span<std::byte> memory = segment.memory();
  if (memory.size() < sizeof(SessionBlock)) {
    throw SegmentError(Kind::damaged, fmt::format("session '{}': {} bytes, wanted at least {}", name,
                                                  memory.size(), sizeof(SessionBlock)));
  }
  const auto* block = std::launder(reinterpret_cast<const SessionBlock*>(memory.data()));
  const std::uint32_t version = block->version.load(std::memory_order_acquire);
  if (version == 0) throw SegmentError(Kind::not_ready, fmt::format("session '{}' is not ready yet", name));
  if (version != SessionBlock::kLayoutVersion ||
      block->magic.load(std::memory_order_relaxed) != SessionBlock::kMagic) {
    throw SegmentError(Kind::wrong_version,
                       fmt::format("session '{}': layout version {} found, {} wanted: made by "
                                   "another version of towfish",
                                   name, version, SessionBlock::kLayoutVersion));
  }
  const auto frames = rings_at(memory, block->frame_ring_at, name);
  const auto reports = rings_at(memory, block->report_ring_at, name);
  return {std::move(segment), frames, reports};
}

void Session::enter(Role role) {
  segment_.lock(static_cast<unsigned>(role));
  RoleRow& own = row(role);
  own.pid.store(getpid(), std::memory_order_relaxed);
  own.starts.fetch_add(1, std::memory_order_relaxed);
  own.heartbeat_ns.store(monotonic_ns(), std::memory_order_relaxed);
  own.state.store(RoleState::starting, std::memory_order_release);
}

std::string Session::configuration() const {
  const auto& text = block_->configuration;
  return {text.data(), strnlen(text.data(), text.size())};
}

void publish_fault(RoleRow& row, std::string_view kind, std::uint64_t count,
                   std::uint64_t first_at) noexcept {
  if (count == 0) return;
  for (std::size_t i = 0; i < row.faults.size(); ++i) {
    FaultRow& fault = row.faults[i];
    const bool last = i + 1 == row.faults.size();
    const std::string_view label =
        last ? std::string_view("other") : kind.substr(0, FaultRow::kKindLength - 1);
    if (fault.count.load(std::memory_order_acquire) == 0) {
      const auto end = std::copy(label.begin(), label.end(), fault.kind.begin());
      std::fill(end, fault.kind.end(), '\0');
      fault.first_at.store(first_at, std::memory_order_relaxed);
      fault.count.store(count, std::memory_order_release);
      return;
    }
    if (label == std::string_view(fault.kind.data())) {
      fault.count.store(count, std::memory_order_release);
      return;
    }
  }
}

}  // namespace towfish::shm
