#include "pipeline/shm/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <optional>
#include <random>
#include <utility>

#include "pipeline/shm/frame_slot.hpp"

namespace towfish::shm {

using Kind = SegmentError::Kind;

namespace {

constexpr std::uint64_t kPage = 4096;

constexpr std::uint64_t round_up(std::uint64_t bytes) {
  return (bytes + kPage - 1) / kPage * kPage;
}

[[noreturn]] void fail_damaged(std::string_view session, std::string_view what) {
  throw SegmentError(
      Kind::damaged,
      fmt::format("session '{}' is damaged: {}; stop its processes and start anew", session, what));
}

/// The ring between `at` and `end`, offsets from the start of the segment.
template <class AnyRing>
AnyRing ring_between(std::span<std::byte> memory, std::uint64_t at, std::uint64_t end,
                     std::string_view session) {
  if (at % 64 == 0 && sizeof(SessionBlock) <= at && at < end && end <= memory.size()) {
    if (const auto ring = AnyRing::attach(memory.subspan(at, end - at))) return *ring;
  }
  fail_damaged(session,
               fmt::format("a ring does not fit between bytes {} and {} of {}", at, end, memory.size()));
}

struct Rings {
  std::array<Ring, 2> frames;
  std::array<Ring, 2> reports;
  std::array<ViewRing, 2> views;
};

/// Finds the rings, which lie one behind the other, and checks that their slots hold what the block says.
Rings rings_of(const SessionBlock& block, std::span<std::byte> memory, std::string_view session) {
  const auto& frames = block.frame_ring_at;
  const auto& reports = block.report_ring_at;
  const auto& views = block.view_ring_at;
  Rings rings{{ring_between<Ring>(memory, frames[0], frames[1], session),
               ring_between<Ring>(memory, frames[1], reports[0], session)},
              {ring_between<Ring>(memory, reports[0], reports[1], session),
               ring_between<Ring>(memory, reports[1], views[0], session)},
              {ring_between<ViewRing>(memory, views[0], views[1], session),
               ring_between<ViewRing>(memory, views[1], block.total_bytes, session)}};
  for (const Side side : kSides) {
    const std::uint64_t frame_bytes = rings.frames[towfish::index(side)].slot_bytes();
    const std::uint64_t report_bytes = rings.reports[towfish::index(side)].slot_bytes();
    if (FrameSlot::rows_that_fit(frame_bytes, block.frame_pings, 0) == 0 ||
        !ReportSlot::fits(report_bytes, block.detections_per_report, block.frame_pings)) {
      fail_damaged(session,
                   fmt::format("{} pings and {} detections do not fit into slots of {} and {} bytes",
                               block.frame_pings, block.detections_per_report, frame_bytes, report_bytes));
    }
  }
  return rings;
}

/// Whether sums and products of these sizes stay within 64 bits and what Ring takes.
bool are_possible(const SessionSizes& sizes) {
  constexpr std::uint64_t kMost = 1U << 20;
  return 2 <= sizes.frame_slots && sizes.frame_slots <= kMost && 1 <= sizes.frame_pings &&
         sizes.frame_pings <= kMost && sizes.frame_samples <= kMost && 2 <= sizes.report_slots &&
         sizes.report_slots <= kMost && sizes.detections_per_report <= kMost && 1 <= sizes.view_rows &&
         sizes.view_rows <= ViewRing::kMostRows &&
         FrameSlot::bytes(sizes.frame_pings, sizes.frame_samples) <= Ring::kMostSlotBytes &&
         ReportSlot::bytes(sizes.detections_per_report, sizes.frame_pings) <= Ring::kMostSlotBytes;
}

struct Layout {
  std::uint64_t frame_slot;
  std::uint64_t report_slot;
  std::uint64_t frame_ring;
  std::uint64_t report_ring;
  std::uint64_t view_ring;
  std::uint64_t first;
  std::uint64_t total;
};

Layout layout_of(const SessionSizes& sizes) {
  Layout layout{};
  layout.frame_slot = FrameSlot::bytes(sizes.frame_pings, sizes.frame_samples);
  layout.report_slot = ReportSlot::bytes(sizes.detections_per_report, sizes.frame_pings);
  layout.frame_ring = round_up(Ring::bytes(sizes.frame_slots, layout.frame_slot));
  layout.report_ring = round_up(Ring::bytes(sizes.report_slots, layout.report_slot));
  layout.view_ring = round_up(ViewRing::bytes(sizes.view_rows));
  layout.first = round_up(sizeof(SessionBlock));
  layout.total = layout.first + 2 * (layout.frame_ring + layout.report_ring + layout.view_ring);
  return layout;
}

void format_rings(std::span<std::byte> memory, const SessionBlock& block, const SessionSizes& sizes,
                  const Layout& layout) {
  for (const std::uint64_t at : block.frame_ring_at) {
    Ring::format(memory.subspan(at, layout.frame_ring), sizes.frame_slots, layout.frame_slot);
  }
  for (const std::uint64_t at : block.report_ring_at) {
    Ring::format(memory.subspan(at, layout.report_ring), sizes.report_slots, layout.report_slot);
  }
  for (const std::uint64_t at : block.view_ring_at) {
    ViewRing::format(memory.subspan(at, layout.view_ring), sizes.view_rows);
  }
}

/// 128 bits from the kernel: whoever can read the segment may steer the session, nobody else.
void make_token(DashboardBlock& dashboard) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  for (std::size_t i = 0; i < DashboardBlock::kTokenLength; ++i) {
    dashboard.token[i] = kDigits[random() % kDigits.size()];
  }
}

std::string_view label_of(std::string_view kind) {
  return kind.substr(0, FaultRow::kKindLength - 1);
}

std::string_view kind_of(const FaultRow& row) {
  return {row.kind.data(), strnlen(row.kind.data(), row.kind.size())};
}

void set(FaultRow& row, std::string_view label, std::uint64_t count, std::uint64_t first_at) {
  if (row.count.load(std::memory_order_relaxed) == 0) {
    const auto end = std::copy(label.begin(), label.end(), row.kind.begin());
    std::fill(end, row.kind.end(), '\0');
    row.first_at.store(first_at, std::memory_order_relaxed);
  }
  row.count.store(count, std::memory_order_release);
}

/// The block of a session that is ready and of this layout. Magic and version stand first in every version.
const SessionBlock& checked_block(std::span<std::byte> memory, std::string_view session) {
  if (memory.size() < offsetof(SessionBlock, reserved)) fail_damaged(session, "it is too small");
  const auto* block = std::launder(reinterpret_cast<const SessionBlock*>(memory.data()));
  const std::uint32_t version = block->version.load(std::memory_order_acquire);
  if (version == 0) {
    throw SegmentError(Kind::not_ready, fmt::format("session '{}' is not ready yet", session));
  }
  if (block->magic.load(std::memory_order_relaxed) != SessionBlock::kMagic) {
    fail_damaged(session, "it does not start as a session of towfish does");
  }
  if (version != SessionBlock::kLayoutVersion) {
    throw SegmentError(Kind::wrong_version,
                       fmt::format("session '{}': layout version {} found, {} wanted: made by "
                                   "another version of towfish",
                                   session, version, SessionBlock::kLayoutVersion));
  }
  if (memory.size() < sizeof(SessionBlock) || block->total_bytes != memory.size()) {
    fail_damaged(session, fmt::format("{} bytes found, {} wanted", memory.size(), sizeof(SessionBlock)));
  }
  return *block;
}

}  // namespace

std::int64_t monotonic_ns() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

Session::Session(Segment segment, std::array<Ring, 2> frames, std::array<Ring, 2> reports,
                 std::array<ViewRing, 2> views)
    : segment_(std::move(segment)),
      block_(std::launder(reinterpret_cast<SessionBlock*>(segment_.memory().data()))),
      frames_(frames),
      reports_(reports),
      views_(views) {}

Session Session::create(std::string_view name, const SessionSizes& sizes, const std::string& configuration,
                        std::int64_t deadline_ns) {
  if (configuration.size() >= SessionBlock::kConfigurationBytes) {
    throw SegmentError(Kind::no_space,
                       fmt::format("session '{}': the configuration is {} bytes, wanted less than {}", name,
                                   configuration.size(), SessionBlock::kConfigurationBytes));
  }
  if (!are_possible(sizes)) {
    throw SegmentError(
        Kind::no_space,
        fmt::format("session '{}': rings of {} frames of {} pings of {} samples and {} reports "
                    "of {} detections cannot be made",
                    name, sizes.frame_slots, sizes.frame_pings, sizes.frame_samples, sizes.report_slots,
                    sizes.detections_per_report));
  }
  const Layout layout = layout_of(sizes);
  Segment segment = Segment::create(name, layout.total);
  const std::span<std::byte> memory = segment.memory();
  // Default-initialised: the kernel has zeroed it all, and writing the configuration's place takes time.
  auto* block = new (memory.data()) SessionBlock;
  block->total_bytes = layout.total;
  block->frame_ring_at = {layout.first, layout.first + layout.frame_ring};
  const std::uint64_t reports_at = layout.first + 2 * layout.frame_ring;
  const std::uint64_t views_at = reports_at + 2 * layout.report_ring;
  block->report_ring_at = {reports_at, reports_at + layout.report_ring};
  block->view_ring_at = {views_at, views_at + layout.view_ring};
  block->frame_pings = sizes.frame_pings;
  block->detections_per_report = sizes.detections_per_report;
  block->created_ns = monotonic_ns();
  block->created_utc_ns = std::chrono::system_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  block->deadline_ns = deadline_ns;
  make_token(block->dashboard);
  std::memcpy(block->configuration.data(), configuration.data(), configuration.size());
  format_rings(memory, *block, sizes, layout);
  const Rings rings = rings_of(*block, memory, name);
  block->magic.store(SessionBlock::kMagic, std::memory_order_relaxed);
  block->version.store(SessionBlock::kLayoutVersion, std::memory_order_release);
  return {std::move(segment), rings.frames, rings.reports, rings.views};
}

Session Session::open(std::string_view name, bool read_only) {
  Segment segment = Segment::open(name, read_only);
  const SessionBlock& block = checked_block(segment.memory(), name);
  const Rings rings = rings_of(block, segment.memory(), name);
  return {std::move(segment), rings.frames, rings.reports, rings.views};
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

void publish_faults(RoleRow& row, std::span<const Fault> faults) noexcept {
  std::uint64_t others = 0;
  std::uint64_t first_other_at = 0;
  for (const Fault& fault : faults) {
    if (fault.count == 0) continue;
    const auto table = std::span(row.faults).first(RoleRow::kFaults - 1);
    const auto place = std::find_if(table.begin(), table.end(), [&](const FaultRow& entry) {
      return entry.count.load(std::memory_order_relaxed) == 0 || kind_of(entry) == label_of(fault.kind);
    });
    if (place != table.end()) {
      set(*place, label_of(fault.kind), fault.count, fault.first_at);
    } else {
      first_other_at = others == 0 ? fault.first_at : first_other_at;
      others += fault.count;
    }
  }
  if (others > 0) set(row.faults.back(), "other", others, first_other_at);
}

void count_fault(RoleRow& row, const std::string& kind, std::uint64_t at) noexcept {
  Fault fault{.kind = kind, .count = 1, .first_at = at};
  for (const FaultRow& entry : row.faults) {
    const std::uint64_t count = entry.count.load(std::memory_order_relaxed);
    if (count == 0 || kind_of(entry) != label_of(kind)) continue;
    fault.count += count;
    fault.first_at = entry.first_at.load(std::memory_order_relaxed);
  }
  publish_faults(row, std::span(&fault, 1));
}

}  // namespace towfish::shm
