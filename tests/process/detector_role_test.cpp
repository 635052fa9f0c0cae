#include "pipeline/process/detector_role.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "pipeline/process/quarantined_frame.hpp"
#include "pipeline/process/source_role.hpp"
#include "tests/process/summing_detector.hpp"
#include "tests/process/test_session.hpp"
#include "tests/source/counted_source.hpp"

namespace towfish::process {
namespace {

constexpr TestSession::Sizes kRoomy{.frame_slots = 64, .report_slots = 64};
constexpr std::uint64_t kKept = 4;

struct Found {
  std::vector<std::uint64_t> sequences;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> detections;
  std::vector<std::uint64_t> quarantined;
  bool operator==(const Found&) const = default;
};

void read_reports(shm::Session& session, Side side, Found& found) {
  shm::RingReader reader(session.reports(side), session.row(shm::detector_of(side)).doorbell);
  while (const auto view = reader.take()) {
    const auto report = shm::ReportSlot::read(view->payload, session.block().detections_per_report);
    ASSERT_TRUE(report.has_value());
    found.sequences.push_back(report->report.frame.sequence);
    if (report->report.flags & FrameReport::kQuarantined)
      found.quarantined.push_back(report->report.frame.sequence);
    for (const Detection& detection : report->detections)
      found.detections.emplace_back(detection.ping, detection.sample);
    reader.release();
  }
}

void emit(shm::Session& session, std::uint64_t pings) {
  CountedSource source(pings, 16);
  SourceRole role(session, source, {.speed = source::Pacer::kUnpaced, .when_full = FullPolicy::wait});
  while (role.step() == Step::worked) {
  }
}

std::unique_ptr<DetectorRole> make_role(shm::Session& session,
                                        const std::filesystem::path& quarantine = "/nowhere") {
  return std::make_unique<DetectorRole>(session, Side::port, std::make_unique<SummingDetector>(), kKept,
                                        quarantine);
}

Step run_until_idle(DetectorRole& role) {
  Step step = Step::worked;
  while (step == Step::worked) step = role.step();
  return step;
}

Found undisturbed(std::uint64_t pings) {
  TestSession session(kRoomy);
  emit(*session, pings);
  auto role = make_role(*session);
  EXPECT_EQ(run_until_idle(*role), Step::ended);
  Found found;
  read_reports(*session, Side::port, found);
  return found;
}

TEST(DetectorRole, ReportsEveryFrameInOrderAndThenTheEnd) {
  const Found found = undisturbed(30);
  EXPECT_THAT(found.sequences, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_GT(found.detections.size(), 5U);
  EXPECT_EQ(found.detections.back().first, SummingDetector::kFinished);
}

/// Shows a row of every ping.
class ShowingDetector final : public Detector {
 public:
  [[nodiscard]] std::uint32_t memory_pings() const noexcept override { return 1; }
  void process(const FrameView& frame, DetectionList&) override {
    for (const Ping& ping : frame.pings) {
      ViewRow row;
      row.ping = ping.number;
      row.sequence = frame.header.sequence;
      row.columns = 1;
      if (sink_ != nullptr) sink_->show(row);
    }
  }
  void finish(DetectionList&) override {}
  void show_to(ViewSink* sink) noexcept override { sink_ = sink; }

 private:
  ViewSink* sink_ = nullptr;
};

TEST(DetectorRole, DrawsRowsOnlyWhileSomebodyWatches) {
  TestSession session(kRoomy);
  emit(*session, 8);
  DetectorRole role(*session, Side::port, std::make_unique<ShowingDetector>(), kKept, "/nowhere");
  EXPECT_EQ(role.step(), Step::worked);
  EXPECT_EQ(session->view(Side::port).written(), 0U);
  session->block().dashboard.watches.store(1);
  EXPECT_EQ(role.step(), Step::worked);
  EXPECT_EQ(session->view(Side::port).written(), 4U);
  session->block().dashboard.watches.store(0);
  run_until_idle(role);
  EXPECT_EQ(session->view(Side::port).written(), 4U);
}

TEST(DetectorRole, ASuccessorShowsWhereItsPredecessorDid) {
  TestSession session(kRoomy);
  session->block().dashboard.watches.store(1);
  emit(*session, 16);
  for (int successor = 0; successor < 4; ++successor) {
    DetectorRole role(*session, Side::port, std::make_unique<ShowingDetector>(), kKept, "/nowhere");
    role.step();
  }
  EXPECT_EQ(session->view(Side::port).written(), 16U);
}

TEST(DetectorRole, ASuccessorFindsWhatItsPredecessorWouldHaveFound) {
  const Found expected = undisturbed(100);
  for (int steps = 0; steps < 27; ++steps) {
    TestSession session(kRoomy);
    emit(*session, 100);
    {
      auto role = make_role(*session);
      for (int i = 0; i < steps; ++i) role->step();
    }
    auto successor = make_role(*session);
    EXPECT_EQ(run_until_idle(*successor), Step::ended);
    Found found;
    read_reports(*session, Side::port, found);
    EXPECT_EQ(found, expected) << "killed after " << steps << " frames";
  }
}

TEST(DetectorRole, AFrameThatWasReportedButNotReleasedIsNotReportedAgain) {
  const Found expected = undisturbed(40);
  TestSession session(kRoomy);
  emit(*session, 40);
  {
    auto role = make_role(*session);
    for (int i = 0; i < 5; ++i) role->step();
  }
  auto& indices = session->frames(Side::port).indices();
  indices.read.store(indices.read.load() - 1);  // As if it had died just before the release.
  auto successor = make_role(*session);
  run_until_idle(*successor);
  Found found;
  read_reports(*session, Side::port, found);
  EXPECT_EQ(found, expected);
}

TEST(DetectorRole, AFrameThatWasReportedIsRememberedHoweverManyDieOverItLater) {
  const Found expected = undisturbed(40);
  TestSession session(kRoomy);
  emit(*session, 40);
  {
    auto role = make_role(*session);
    for (int i = 0; i < 5; ++i) role->step();
  }
  auto& indices = session->frames(Side::port).indices();
  indices.read.store(indices.read.load() - 1);
  for (int death = 0; death < 3; ++death) {
    shm::RingReader reader(session->frames(Side::port), session->row(shm::Role::source).doorbell);
    ASSERT_TRUE(reader.take().has_value());
  }
  auto successor = make_role(*session);
  run_until_idle(*successor);
  Found found;
  read_reports(*session, Side::port, found);
  EXPECT_EQ(found, expected);
}

TEST(DetectorRole, KeepsEnoughFramesForItsMemoryAndNoMore) {
  TestSession session(kRoomy);
  emit(*session, 100);
  auto role = make_role(*session);
  for (int i = 0; i < 12; ++i) role->step();
  const auto& indices = session->frames(Side::port).indices();
  const std::uint64_t kept = indices.read.load() - indices.freed.load();
  EXPECT_GE(kept * 4, SummingDetector::kMemory);
  EXPECT_LT((kept - 1) * 4, SummingDetector::kMemory);
}

TEST(DetectorRole, AFrameThatKilledTwoReadersIsWrittenToQuarantineAndPassedOver) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("towfish-quarantine-" + std::to_string(getpid()));
  TestSession session(kRoomy);
  emit(*session, 40);
  for (int death = 0; death < 2; ++death) {
    shm::RingReader reader(session->frames(Side::port), session->row(shm::Role::source).doorbell);
    ASSERT_TRUE(reader.take().has_value());
  }
  auto role = make_role(*session, folder);
  EXPECT_EQ(run_until_idle(*role), Step::ended);
  Found found;
  read_reports(*session, Side::port, found);
  EXPECT_THAT(found.quarantined, testing::ElementsAre(0));
  EXPECT_EQ(found.sequences.size(), 11U);
  const auto kept = QuarantinedFrame::read(folder / "port-0.frame");
  ASSERT_EQ(kept.frames.size(), 1U);
  EXPECT_EQ(kept.frames[0].header.sequence, 0U);
  EXPECT_EQ(kept.frames[0].samples.size(), 4U * 16U);
  std::filesystem::remove_all(folder);
}

TEST(DetectorRole, AFrameThatLiesAboutItsSizeIsPassedOver) {
  TestSession session(kRoomy);
  emit(*session, 40);
  shm::FrameSlot::header(session->frames(Side::port).payload(3)).pings = 4'000'000'000U;
  auto role = make_role(*session);
  EXPECT_EQ(run_until_idle(*role), Step::ended);
  Found found;
  read_reports(*session, Side::port, found);
  EXPECT_THAT(found.quarantined, testing::ElementsAre(3));
  EXPECT_EQ(found.sequences.size(), 11U);
}

/// Finds nothing; has one algorithm that it can do without.
class HurriedDetector final : public Detector {
 public:
  explicit HurriedDetector(std::vector<bool>& left_out) : left_out_(left_out) {}
  [[nodiscard]] std::uint32_t memory_pings() const noexcept override { return 4; }
  void process(const FrameView& frame, DetectionList&) override {
    if (frame.header.published_ns != 0) left_out_.push_back(leaves_out_);
  }
  void finish(DetectionList&) override {}
  std::string_view leave_out(bool wanted) noexcept override {
    leaves_out_ = wanted;
    return "slow_one";
  }

 private:
  std::vector<bool>& left_out_;
  bool leaves_out_ = false;
};

/// By frame, whether the algorithm was left out of it, and how many such frames the row counts.
std::pair<std::vector<bool>, std::uint64_t> shed(std::uint64_t shed_from, std::uint64_t pings,
                                                 int deaths = 0) {
  TestSession session(kRoomy);
  emit(*session, pings);
  std::vector<bool> left_out;
  for (int process = 0; process <= deaths; ++process) {
    DetectorRole role(*session, Side::port, std::make_unique<HurriedDetector>(left_out), kKept, "/nowhere");
    role.shed_from(shed_from);
    left_out.clear();
    for (int i = 0; i < 3 && process < deaths; ++i) role.step();
    if (process == deaths) run_until_idle(role);
  }
  const shm::FaultRow& row = session->row(shm::Role::port_detector).faults[0];
  const std::uint64_t count = row.count.load();
  EXPECT_STREQ(row.kind.data(), count > 0 ? "scanned_without_slow_one" : "");
  return {left_out, count};
}

TEST(DetectorRole, LeavesAnAlgorithmOutWhileItIsBehindAndCountsTheFrames) {
  const auto [left_out, count] = shed(4, 28);  // 7 frames of 4 pings: 6 wait behind the first
  EXPECT_THAT(left_out, testing::ElementsAre(true, true, true, true, true, true, false));
  EXPECT_EQ(count, 6U);
}

TEST(DetectorRole, LeavesNothingOutUnlessItIsToldToAndIsFarEnoughBehind) {
  EXPECT_THAT(shed(0, 80).first, testing::Each(false));
  EXPECT_THAT(shed(7, 28).first, testing::Each(false));
  EXPECT_EQ(shed(0, 80).second, 0U);
}

TEST(DetectorRole, ASuccessorCountsOn) {
  EXPECT_EQ(shed(4, 80, 2).second, 3U + 3U + 13U);
}

TEST(DetectorRole, WaitsWhenItsReportsAreNotTaken) {
  TestSession session({.frame_slots = 64, .report_slots = 4});
  emit(*session, 100);
  auto role = make_role(*session);
  EXPECT_EQ(run_until_idle(*role), Step::idle);
  EXPECT_FALSE(role->ready());
  Found found;
  read_reports(*session, Side::port, found);
  EXPECT_EQ(found.sequences.size(), 3U);
  EXPECT_TRUE(role->ready());
}

}  // namespace
}  // namespace towfish::process
