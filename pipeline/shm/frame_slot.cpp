#include "pipeline/shm/frame_slot.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <type_traits>

namespace towfish::shm {

namespace {

template <class T, class Byte>
auto* at(std::span<Byte> slot, std::size_t offset) noexcept {
  using Target = std::conditional_t<std::is_const_v<Byte>, const T, T>;
  return std::launder(reinterpret_cast<Target*>(slot.data() + offset));
}

constexpr std::size_t samples_at(std::size_t most_pings) noexcept {
  return sizeof(FrameHeader) + most_pings * sizeof(Ping);
}

constexpr std::size_t chips_at(std::size_t most) noexcept {
  return sizeof(FrameReport) + most * sizeof(Detection);
}

constexpr std::size_t seams_at(std::size_t most) noexcept {
  return chips_at(most) + most * sizeof(Chip);
}

}  // namespace

std::size_t FrameSlot::rows_that_fit(std::size_t slot_bytes, std::size_t most_pings,
                                     std::size_t samples) noexcept {
  if (slot_bytes < sizeof(FrameHeader)) return 0;
  if (most_pings > (slot_bytes - sizeof(FrameHeader)) / sizeof(Ping)) return 0;
  if (samples == 0) return most_pings;
  return std::min(most_pings, (slot_bytes - samples_at(most_pings)) / (samples * sizeof(std::uint16_t)));
}

FrameHeader& FrameSlot::header(std::span<std::byte> slot) noexcept {
  return *at<FrameHeader>(slot, 0);
}

Ping& FrameSlot::ping(std::span<std::byte> slot, std::size_t row) noexcept {
  return *at<Ping>(slot, sizeof(FrameHeader) + row * sizeof(Ping));
}

std::span<std::uint16_t> FrameSlot::trace(std::span<std::byte> slot, std::size_t most_pings, std::size_t row,
                                          std::size_t samples) noexcept {
  return {at<std::uint16_t>(slot, samples_at(most_pings)) + row * samples, samples};
}

std::optional<FrameView> FrameSlot::read(std::span<const std::byte> slot, std::size_t most_pings) noexcept {
  if (slot.size() < sizeof(FrameHeader)) return std::nullopt;
  FrameView view;
  std::memcpy(&view.header, slot.data(), sizeof view.header);
  const std::size_t pings = view.header.pings;
  const std::size_t samples = view.header.geometry.samples;
  if (view.header.side >= kSides.size()) return std::nullopt;
  if (pings > rows_that_fit(slot.size(), most_pings, samples)) return std::nullopt;
  view.pings = {at<Ping>(slot, sizeof(FrameHeader)), pings};
  view.samples = {at<std::uint16_t>(slot, samples_at(most_pings)), pings * samples};
  return view;
}

bool ReportSlot::fits(std::size_t slot_bytes, std::size_t most, std::size_t most_pings) noexcept {
  return slot_bytes >= sizeof(FrameReport) &&
         most <= (slot_bytes - sizeof(FrameReport)) / (sizeof(Detection) + sizeof(Chip)) &&
         most_seams(most_pings) <= (slot_bytes - seams_at(most)) / sizeof(Ping);
}

FrameReport& ReportSlot::report(std::span<std::byte> slot) noexcept {
  return *at<FrameReport>(slot, 0);
}

std::span<Detection> ReportSlot::detections(std::span<std::byte> slot, std::size_t most) noexcept {
  return {at<Detection>(slot, sizeof(FrameReport)), most};
}

std::span<Chip> ReportSlot::chips(std::span<std::byte> slot, std::size_t most) noexcept {
  return {at<Chip>(slot, chips_at(most)), most};
}

std::span<Ping> ReportSlot::seams(std::span<std::byte> slot, std::size_t most) noexcept {
  return {at<Ping>(slot, seams_at(most)), (slot.size() - seams_at(most)) / sizeof(Ping)};
}

std::optional<FrameReportView> ReportSlot::read(std::span<const std::byte> slot, std::size_t most) noexcept {
  if (!fits(slot.size(), most, 0)) return std::nullopt;
  FrameReportView view;
  std::memcpy(&view.report, slot.data(), sizeof view.report);
  const std::size_t seams_fit = (slot.size() - seams_at(most)) / sizeof(Ping);
  if (view.report.detections > most || view.report.seams > seams_fit) return std::nullopt;
  view.detections = {at<Detection>(slot, sizeof(FrameReport)), view.report.detections};
  view.chips = {at<Chip>(slot, chips_at(most)), view.report.detections};
  view.seams = {at<Ping>(slot, seams_at(most)), view.report.seams};
  return view;
}

}  // namespace towfish::shm
