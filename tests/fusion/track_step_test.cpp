#include "pipeline/fusion/track_step.hpp"

#include <gmock/gmock.h>

#include <utility>
#include <vector>

namespace towfish {
namespace {

using ::testing::ElementsAre;
using Ends = std::pair<std::uint64_t, std::uint64_t>;

/// A frame with a report of its own.
struct Frame {
  std::vector<Ping> pings;
  std::vector<Ping> seams;

  explicit Frame(const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) pings.emplace_back().number = number;
    seams.resize(most_seams(pings.size()));
    seams.resize(find_seams(pings, seams));
  }
  [[nodiscard]] FrameReportView view() const {
    FrameReportView view;
    view.report.first = pings.front();
    view.report.last = pings.back();
    view.seams = seams;
    return view;
  }
};

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t end) {
  std::vector<std::uint64_t> numbers;
  for (; first < end; ++first) numbers.push_back(first);
  return numbers;
}

/// Puts frames together and keeps where the steps begin and end.
class Track {
 public:
  void add(std::uint64_t sequence, const Frame& frame) {
    for_each_part(sequence, frame.view(), [&](const TrackStep& part) { builder_.add(part, take_); });
  }
  std::vector<Ends> end() {
    builder_.end(take_);
    return steps_;
  }
  [[nodiscard]] const std::vector<Ends>& steps() const { return steps_; }
  [[nodiscard]] std::uint64_t ended_before() const { return builder_.ended_before(); }

 private:
  StepBuilder builder_;
  std::vector<Ends> steps_;
  StepBuilder::Take take_ = [this](const TrackStep& step) {
    steps_.emplace_back(step.first.number, step.last.number);
  };
};

TEST(TrackStep, AreTheSameForAnyFrameLength) {
  for (const std::uint64_t length : {1U, 5U, 16U, 24U, 64U, 70U}) {
    Track track;
    for (std::uint64_t first = 0; first < 70; first += length) {
      track.add(first / length, Frame(numbers(first, std::min<std::uint64_t>(first + length, 70))));
    }
    EXPECT_THAT(track.end(), ElementsAre(Ends{0, 15}, Ends{16, 31}, Ends{32, 47}, Ends{48, 63}, Ends{64, 69}))
        << length;
  }
}

TEST(TrackStep, PingsThatAreMissingMakeThemShorter) {
  Track track;
  track.add(0, Frame({0, 1, 14, 18, 19, 70}));
  EXPECT_THAT(track.end(), ElementsAre(Ends{0, 14}, Ends{18, 19}, Ends{70, 70}));
}

TEST(TrackStep, OneThatIsWholeEndsAtOnceAndAnotherWhenTheNextBegins) {
  Track track;
  track.add(0, Frame(numbers(0, 16)));
  EXPECT_EQ(track.steps().size(), 1U);
  EXPECT_EQ(track.ended_before(), 16U);
  track.add(1, Frame(numbers(16, 24)));
  EXPECT_EQ(track.steps().size(), 1U);
  EXPECT_EQ(track.ended_before(), 16U);
  track.add(2, Frame(numbers(40, 44)));
  EXPECT_EQ(track.steps().size(), 2U);
  EXPECT_EQ(track.ended_before(), 40U);
}

TEST(TrackStep, AMissingFrameEndsOne) {
  Track track;
  track.add(0, Frame(numbers(0, 4)));
  track.add(2, Frame(numbers(8, 12)));
  EXPECT_THAT(track.end(), ElementsAre(Ends{0, 3}, Ends{8, 11}));
}

TEST(TrackStep, WhatIsKnownAlreadyIsPassedOver) {
  Track track;
  for (const std::uint64_t sequence : {0, 0, 1, 0, 1}) {
    track.add(sequence, Frame(numbers(8 * sequence, 8 * sequence + 8)));
  }
  EXPECT_THAT(track.end(), ElementsAre(Ends{0, 15}));
}

}  // namespace
}  // namespace towfish
