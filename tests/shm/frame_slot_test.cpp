#include "pipeline/shm/frame_slot.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace towfish::shm {
namespace {

constexpr std::size_t kPings = 6;
constexpr std::size_t kSamples = 50;
constexpr std::size_t kMost = 4;

/// A slot of exactly this many bytes, aligned as one in a ring is; the sanitizer sees every byte beyond it.
class Slot {
 public:
  explicit Slot(std::size_t bytes) : bytes_(bytes), memory_(new (std::align_val_t{64}) std::byte[bytes]{}) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() { ::operator delete[](memory_, std::align_val_t{64}); }
  [[nodiscard]] std::span<std::byte> get() const { return {memory_, bytes_}; }

 private:
  std::size_t bytes_;
  std::byte* memory_;
};

void fill_frame(std::span<std::byte> slot, std::uint32_t pings, std::uint32_t samples) {
  FrameHeader& header = FrameSlot::header(slot);
  header = {};
  header.sequence = 7;
  header.pings = pings;
  header.geometry.samples = samples;
  for (std::uint32_t row = 0; row < pings; ++row) {
    FrameSlot::ping(slot, row) = Ping{};
    FrameSlot::ping(slot, row).number = 100 + row;
    auto trace = FrameSlot::trace(slot, kPings, row, samples);
    for (std::uint32_t i = 0; i < samples; ++i) trace[i] = static_cast<std::uint16_t>(row * 1000 + i);
  }
}

TEST(FrameSlot, IsReadBackAsItWasFilled) {
  const Slot slot(FrameSlot::bytes(kPings, kSamples));
  fill_frame(slot.get(), kPings, kSamples);
  const auto frame = FrameSlot::read(slot.get(), kPings);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->header.sequence, 7U);
  ASSERT_EQ(frame->pings.size(), kPings);
  for (std::size_t row = 0; row < kPings; ++row) {
    EXPECT_EQ(frame->pings[row].number, 100 + row);
    EXPECT_EQ(frame->trace(row)[0], row * 1000);
    EXPECT_EQ(frame->trace(row)[kSamples - 1], row * 1000 + kSamples - 1);
  }
}

TEST(FrameSlot, LongerTracesMakeFramesOfFewerPings) {
  const std::size_t bytes = FrameSlot::bytes(kPings, kSamples);
  EXPECT_EQ(FrameSlot::rows_that_fit(bytes, kPings, kSamples), kPings);
  EXPECT_EQ(FrameSlot::rows_that_fit(bytes, kPings, 2 * kSamples), kPings / 2);
  EXPECT_EQ(FrameSlot::rows_that_fit(bytes, kPings, kPings * kSamples), 1U);
  EXPECT_EQ(FrameSlot::rows_that_fit(bytes, kPings, kPings * kSamples + 1), 0U);
  EXPECT_EQ(FrameSlot::rows_that_fit(bytes, kPings, 1), kPings);
  EXPECT_EQ(FrameSlot::rows_that_fit(bytes, kPings, 0), kPings);
}

TEST(FrameSlot, AHeaderThatLiesGivesNoFrame) {
  struct Lie {
    std::uint32_t pings, samples, side;
    bool accepted;
  };
  const Slot slot(FrameSlot::bytes(kPings, kSamples));
  for (const Lie lie :
       {Lie{kPings, kSamples, 0, true}, Lie{kPings, kSamples, 1, true}, Lie{kPings, kSamples, 2, false},
        Lie{kPings + 1, 1, 0, false}, Lie{kPings, kSamples + 1, 0, false}, Lie{1, 301, 0, false},
        Lie{1, 300, 0, true}, Lie{~0U, ~0U, 0, false}, Lie{~0U, 0, 0, false}, Lie{1, ~0U, 0, false},
        Lie{0x80000000U, 2, 0, false}}) {
    FrameHeader& header = FrameSlot::header(slot.get());
    header.pings = lie.pings;
    header.geometry.samples = lie.samples;
    header.side = lie.side;
    const auto frame = FrameSlot::read(slot.get(), kPings);
    EXPECT_EQ(frame.has_value(), lie.accepted) << lie.pings << " x " << lie.samples << ", side " << lie.side;
    if (!frame) continue;
    std::uint64_t sum = 0;
    for (const auto sample : frame->samples) sum += sample;
    EXPECT_EQ(sum, 0U);
    EXPECT_EQ(frame->samples.size(), std::size_t{lie.pings} * lie.samples);
  }
}

TEST(FrameSlot, ASlotTooSmallForItsHeadersGivesNoFrame) {
  for (const std::size_t bytes : {std::size_t{1}, sizeof(FrameHeader) - 1, sizeof(FrameHeader) + 10}) {
    const Slot slot(bytes);
    EXPECT_FALSE(FrameSlot::read(slot.get(), kPings).has_value() && bytes < sizeof(FrameHeader));
    EXPECT_EQ(FrameSlot::rows_that_fit(bytes, kPings, 0), 0U);
  }
  EXPECT_EQ(FrameSlot::rows_that_fit(100'000, std::size_t{1} << 57U, 0), 0U);
  EXPECT_EQ(FrameSlot::rows_that_fit(100'000, ~std::size_t{0}, 1), 0U);
}

TEST(ReportSlot, IsReadBackAsItWasFilled) {
  const Slot slot(ReportSlot::bytes(kMost, kPings));
  auto& report = ReportSlot::report(slot.get());
  report = {};
  report.detections = 2;
  report.seams = 2 * (kPings - 1);
  const auto seams = ReportSlot::seams(slot.get(), kMost);
  ASSERT_EQ(seams.size(), report.seams);
  seams.back().number = 77;
  ReportSlot::detections(slot.get(), kMost)[1] = Detection{};
  ReportSlot::detections(slot.get(), kMost)[1].ping = 55;
  ReportSlot::chips(slot.get(), kMost)[1].pixels[9] = 66;
  ReportSlot::chips(slot.get(), kMost)[kMost - 1].reserved = 1;
  const auto view = ReportSlot::read(slot.get(), kMost);
  ASSERT_TRUE(view.has_value());
  ASSERT_EQ(view->detections.size(), 2U);
  EXPECT_EQ(view->detections[1].ping, 55U);
  EXPECT_EQ(view->chips[1].pixels[9], 66);
  ASSERT_EQ(view->seams.size(), report.seams);
  EXPECT_EQ(view->seams.back().number, 77U);
}

TEST(ReportSlot, CountsThatLieGiveNoReport) {
  const Slot slot(ReportSlot::bytes(kMost, kPings));
  for (const std::uint32_t count : {std::uint32_t{kMost}, std::uint32_t{kMost + 1}, ~0U}) {
    ReportSlot::report(slot.get()).detections = count;
    EXPECT_EQ(ReportSlot::read(slot.get(), kMost).has_value(), count == kMost) << count;
  }
  ReportSlot::report(slot.get()).detections = 0;
  for (const std::uint32_t count : {std::uint32_t{2 * (kPings - 1)}, std::uint32_t{2 * kPings - 1}, ~0U}) {
    ReportSlot::report(slot.get()).seams = count;
    EXPECT_EQ(ReportSlot::read(slot.get(), kMost).has_value(), count == 2 * (kPings - 1)) << count;
  }
  ReportSlot::report(slot.get()).seams = 0;
  ReportSlot::report(slot.get()).detections = kMost + 1;
  EXPECT_FALSE(ReportSlot::read(slot.get(), kMost + 1).has_value());
  EXPECT_FALSE(ReportSlot::read(slot.get(), ~std::size_t{0} / 4344).has_value());
  EXPECT_FALSE(ReportSlot::read(slot.get().first(sizeof(FrameReport) - 1), 0).has_value());
}

}  // namespace
}  // namespace towfish::shm
