#include "pipeline/process/fusion_role.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>

#include "pipeline/contacts/store.hpp"
#include "tests/process/test_session.hpp"

namespace towfish::process {
namespace {

constexpr std::int64_t kLong_ns = 1'000'000'000'000;

/// A session with a store and a fusion role; reports are put in by hand.
class FusionRoleTest : public testing::Test {
 protected:
  FusionRoleTest() {
    folder_ = std::filesystem::temp_directory_path() / ("towfish-fusion-" + session_->name());
    std::filesystem::create_directories(folder_);
    start(kLong_ns);
  }
  ~FusionRoleTest() override {
    role_.reset();
    fusion_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// A new process for the role: what was in memory is gone.
  void start(std::int64_t pair_timeout_ns) {
    role_.reset();
    fusion_.reset();
    store_ = std::make_unique<Store>(folder_ / "contacts.gpkg", Store::Mode::write);
    fusion_ = std::make_unique<Fusion>(FusionSettings{}, *store_);
    role_ =
        std::make_unique<FusionRole>(*session_, *fusion_, pair_timeout_ns, nullptr, folder_ / "quarantine");
  }

  void report(Side side, std::uint64_t sequence, std::uint32_t flags = 0) {
    shm::RingWriter writer(session_->reports(side), session_->row(shm::Role::fusion).doorbell);
    ASSERT_FALSE(writer.full());
    FrameReport& report = shm::ReportSlot::report(writer.loan());
    report = FrameReport{};
    report.frame.sequence = sequence;
    report.frame.side = static_cast<std::uint32_t>(index(side));
    report.flags = flags;
    writer.publish();
  }

  Step run_until_idle() {
    Step step = Step::worked;
    while (step == Step::worked) step = role_->step();
    return step;
  }
  shm::FusionProgress progress() { return session_->block().fusion.load(); }

  TestSession session_;
  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Fusion> fusion_;
  std::unique_ptr<FusionRole> role_;
};

TEST_F(FusionRoleTest, FusesAPairWhenBothSidesAreThere) {
  report(Side::port, 0);
  EXPECT_EQ(run_until_idle(), Step::idle);
  EXPECT_EQ(progress().fused_pairs, 0U);
  report(Side::starboard, 0);
  EXPECT_TRUE(role_->ready());
  run_until_idle();
  EXPECT_EQ(progress().fused_pairs, 1U);
  EXPECT_EQ(session_->block().latency.by_side[1][index(latency::Stage::total)].count(), 1U);
}

TEST_F(FusionRoleTest, CountsGapsInTheSequence) {
  for (const std::uint64_t sequence : {0, 3, 4}) {
    report(Side::port, sequence);
    report(Side::starboard, sequence);
  }
  run_until_idle();
  EXPECT_EQ(progress().fused_pairs, 3U);
  EXPECT_EQ(progress().missing_pairs, 2U);
}

TEST_F(FusionRoleTest, EndsWhenBothSidesHaveEnded) {
  report(Side::port, 0);
  report(Side::port, 1, FrameReport::kEnd);
  report(Side::starboard, 0);
  EXPECT_EQ(run_until_idle(), Step::idle);
  report(Side::starboard, 1, FrameReport::kEnd);
  EXPECT_EQ(run_until_idle(), Step::ended);
  EXPECT_EQ(progress().fused_pairs, 1U);
}

TEST_F(FusionRoleTest, PairsRefusedAtTheEndAreMissing) {
  report(Side::port, 5, FrameReport::kEnd);
  report(Side::starboard, 5, FrameReport::kEnd);
  EXPECT_EQ(run_until_idle(), Step::ended);
  EXPECT_EQ(progress().missing_pairs, 5U);
}

TEST_F(FusionRoleTest, APairOverWhichTwoProcessesDiedIsQuarantinedAndTheNextOneFused) {
  for (const std::uint64_t sequence : {0, 1}) {
    report(Side::port, sequence);
    report(Side::starboard, sequence);
  }
  session_->row(shm::Role::fusion).in_hand = 1;
  session_->row(shm::Role::fusion).in_hand_attempts = FusionRole::kFatalAttempts;
  start(kLong_ns);
  run_until_idle();
  EXPECT_EQ(progress().quarantined_pairs, 1U);
  EXPECT_EQ(progress().fused_pairs, 1U);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "quarantine" / "port-0.report"));
}

TEST_F(FusionRoleTest, APairOverWhichOneProcessDiedIsFused) {
  report(Side::port, 0);
  report(Side::starboard, 0);
  session_->row(shm::Role::fusion).in_hand = 1;
  session_->row(shm::Role::fusion).in_hand_attempts = 1;
  start(kLong_ns);
  run_until_idle();
  EXPECT_EQ(progress().fused_pairs, 1U);
  EXPECT_EQ(session_->row(shm::Role::fusion).in_hand.load(), 0U);
}

TEST_F(FusionRoleTest, AQuarantinedFrameIsCountedAsThatAndNotAsFused) {
  report(Side::port, 0, FrameReport::kQuarantined);
  report(Side::starboard, 0);
  run_until_idle();
  EXPECT_EQ(progress().quarantined_pairs, 1U);
  EXPECT_EQ(progress().fused_pairs, 0U);
}

TEST_F(FusionRoleTest, ASideThatIsSilentTooLongIsPassedOver) {
  start(0);
  report(Side::starboard, 0);
  run_until_idle();
  EXPECT_EQ(progress().fused_pairs, 1U);
  EXPECT_EQ(progress().half_pairs, 1U);
  report(Side::port, 0);
  run_until_idle();
  EXPECT_EQ(progress().fused_pairs, 1U) << "what comes late does not count again";
  EXPECT_EQ(progress().half_pairs, 0U) << "and makes the pair whole";
}

TEST_F(FusionRoleTest, TheStoresLogIsRelievedOnceNothingHasComeForAWhile) {
  std::uint64_t sequence = 0;
  while (std::filesystem::file_size(store_->file().string() + "-wal") < 3'500'000) {
    report(Side::port, sequence);
    report(Side::starboard, sequence++);
    while (role_->step() != Step::idle) {
    }
  }
  const auto before = std::filesystem::file_size(store_->file());
  report(Side::port, sequence);
  EXPECT_EQ(role_->step(), Step::idle) << "waits for the other side";
  report(Side::starboard, sequence);
  EXPECT_EQ(role_->step(), Step::worked);
  EXPECT_EQ(role_->step(), Step::idle);
  EXPECT_EQ(std::filesystem::file_size(store_->file()), before) << "the next pair may be about to come";
  EXPECT_EQ(role_->step(), Step::idle);
  EXPECT_GT(std::filesystem::file_size(store_->file()), before);
}

TEST_F(FusionRoleTest, ASuccessorFusesNoPairTwice) {
  for (std::uint64_t sequence = 0; sequence < 4; ++sequence) {
    report(Side::port, sequence);
    report(Side::starboard, sequence);
  }
  role_->step();
  role_->step();
  start(kLong_ns);
  run_until_idle();
  EXPECT_EQ(progress().fused_pairs, 4U);
  EXPECT_EQ(progress().missing_pairs, 0U);
}

TEST_F(FusionRoleTest, ASuccessorOfOneThatReleasedOnlyOneSideFindsThePairAgain) {
  report(Side::port, 0);
  report(Side::starboard, 0);
  report(Side::port, 1);
  report(Side::starboard, 1);
  role_->step();
  session_->reports(Side::starboard).indices().read.store(0);  // As if it had died between the two releases.
  session_->reports(Side::starboard).indices().freed.store(0);
  start(kLong_ns);
  run_until_idle();
  EXPECT_EQ(progress().fused_pairs, 2U);
  EXPECT_EQ(progress().missing_pairs, 0U);
  EXPECT_EQ(progress().half_pairs, 0U);
}

}  // namespace
}  // namespace towfish::process
