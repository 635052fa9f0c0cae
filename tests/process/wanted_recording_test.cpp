#include "pipeline/process/wanted_recording.hpp"

#include <gtest/gtest.h>

#include "pipeline/logs/log.hpp"
#include "pipeline/process/source_role.hpp"
#include "tests/logs/temporary_folder.hpp"
#include "tests/process/test_session.hpp"
#include "tests/source/counted_source.hpp"

namespace towfish::process {
namespace {

constexpr std::int64_t kAsked_ns = 1'700'000'000'125'000'000;

/// A live source of frames of four pings each, which an operator records.
class WantedRecordingTest : public testing::Test {
 protected:
  /// Emits `frames` more, by the same process or by a successor.
  void emit(int frames) {
    if (!role_)
      role_.emplace(*session_, pings_, kLive, nullptr, &recording_.emplace(*session_, folder_.path()));
    const std::uint64_t end =
        session_->block().source.load().settled_pairs + static_cast<std::uint64_t>(frames);
    while (session_->block().source.load().settled_pairs < end) ASSERT_NE(role_->step(), Step::ended);
  }
  void die() {
    role_.reset();
    recording_.reset();
  }
  void want(std::int64_t utc_ns) { control().record_utc_ns = utc_ns; }
  shm::SourceControl& control() { return session_->block().control; }

  /// First samples of the port traces of a recording: they tell the pings.
  std::vector<std::uint16_t> recorded(std::int64_t asked_ns) const {
    const auto log = open_log(folder_.path() / WantedRecording::file_name(asked_ns),
                              {.port_order = PortOrder::far_to_nadir});
    std::vector<std::uint16_t> firsts;
    std::vector<std::uint16_t> trace(16);
    while (log->next() != nullptr) {
      log->read_trace(Side::port, trace);
      firsts.push_back(trace[0]);
    }
    return firsts;
  }
  /// The same of what the source emitted: pings from `begin` to before `end`.
  static std::vector<std::uint16_t> emitted(std::uint64_t begin, std::uint64_t end) {
    std::vector<std::uint16_t> firsts;
    for (std::uint64_t ping = begin; ping < end; ++ping) {
      firsts.push_back(CountedSource::sample(ping, Side::port, 0));
    }
    return firsts;
  }

  static constexpr SourceRoleSettings kLive{.speed = source::Pacer::kUnpaced,
                                            .when_full = FullPolicy::refuse};
  TemporaryFolder folder_;
  TestSession session_;
  CountedSource pings_{10000, 16};
  std::optional<WantedRecording> recording_;
  std::optional<SourceRole> role_;
};

TEST_F(WantedRecordingTest, ItIsNamedAfterTheMomentItWasAskedFor) {
  EXPECT_EQ(WantedRecording::file_name(kAsked_ns), "recording-20231114T221320.125Z.xtf");
}

TEST_F(WantedRecordingTest, BeginsAndEndsBetweenFramesAndTellsSo) {
  emit(2);
  EXPECT_EQ(control().recording_utc_ns, 0);
  want(kAsked_ns);
  emit(3);
  EXPECT_EQ(control().recording_utc_ns, kAsked_ns);
  want(0);
  emit(1);
  EXPECT_EQ(control().recording_utc_ns, 0);
  EXPECT_EQ(recorded(kAsked_ns), emitted(8, 20));
}

TEST_F(WantedRecordingTest, ASecondOneHasAFileOfItsOwn) {
  want(kAsked_ns);
  emit(1);
  want(kAsked_ns + 1'000'000'000);
  emit(2);
  want(0);
  emit(1);
  EXPECT_EQ(recorded(kAsked_ns), emitted(0, 4));
  EXPECT_EQ(recorded(kAsked_ns + 1'000'000'000), emitted(4, 12));
}

TEST_F(WantedRecordingTest, ASuccessorContinuesIt) {
  emit(1);
  want(kAsked_ns);
  emit(2);
  die();
  emit(2);
  want(0);
  emit(1);
  EXPECT_EQ(recorded(kAsked_ns), emitted(4, 20));
}

TEST_F(WantedRecordingTest, AFileThatCannotBeWrittenIsAFaultAndNothingElse) {
  std::filesystem::create_directory(folder_.path() / WantedRecording::file_name(kAsked_ns));
  want(kAsked_ns);
  emit(2);
  EXPECT_EQ(control().record_utc_ns, 0);
  EXPECT_EQ(control().recording_utc_ns, 0);
  EXPECT_EQ(session_->row(shm::Role::source).faults[0].count, 1U);
}

}  // namespace
}  // namespace towfish::process
