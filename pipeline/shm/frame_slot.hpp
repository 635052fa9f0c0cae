#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "pipeline/sonar/frame.hpp"
#include "pipeline/sonar/frame_report.hpp"

namespace towfish::shm {

/// How a frame lies in a slot: FrameHeader, then room for `most_pings` pings, then rows of samples.
///
/// most_pings is a constant of the session, so that rows can be filled before their number is known.
struct FrameSlot {
  static constexpr std::size_t bytes(std::size_t most_pings, std::size_t samples) noexcept {
    return sizeof(FrameHeader) + most_pings * (sizeof(Ping) + samples * sizeof(std::uint16_t));
  }

  /// Rows of this many samples that fit into a slot, most_pings at the most; 0 when the headers of most_pings
  /// do not fit.
  static std::size_t rows_that_fit(std::size_t slot_bytes, std::size_t most_pings,
                                   std::size_t samples) noexcept;

  static FrameHeader& header(std::span<std::byte> slot) noexcept;
  static Ping& ping(std::span<std::byte> slot, std::size_t row) noexcept;
  static std::span<std::uint16_t> trace(std::span<std::byte> slot, std::size_t most_pings, std::size_t row,
                                        std::size_t samples) noexcept;

  /// The frame in a published slot; empty when its header does not fit the slot or names no side.
  static std::optional<FrameView> read(std::span<const std::byte> slot, std::size_t most_pings) noexcept;
};

/// How a report lies in a slot: FrameReport, then room for `most` detections, then room for as many chips,
/// then room for the seams of a frame of `most_pings`.
struct ReportSlot {
  static constexpr std::size_t bytes(std::size_t most, std::size_t most_pings) noexcept {
    return sizeof(FrameReport) + most * (sizeof(Detection) + sizeof(Chip)) +
           most_seams(most_pings) * sizeof(Ping);
  }
  /// Whether a slot has room for all that, whatever numbers these are.
  static bool fits(std::size_t slot_bytes, std::size_t most, std::size_t most_pings) noexcept;

  static FrameReport& report(std::span<std::byte> slot) noexcept;
  static std::span<Detection> detections(std::span<std::byte> slot, std::size_t most) noexcept;
  static std::span<Chip> chips(std::span<std::byte> slot, std::size_t most) noexcept;
  /// All the room that there is for seams.
  static std::span<Ping> seams(std::span<std::byte> slot, std::size_t most) noexcept;

  /// The report in a published slot; empty when its counts do not fit.
  static std::optional<FrameReportView> read(std::span<const std::byte> slot, std::size_t most) noexcept;
};

}  // namespace towfish::shm
