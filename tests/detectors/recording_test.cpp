#include <gmock/gmock.h>

#include <filesystem>

#include "pipeline/evaluation/trial.hpp"
#include "pipeline/logs/log.hpp"

namespace towfish {
namespace {

const std::filesystem::path kLog = std::filesystem::path(TOWFISH_SHARED_DATA) / "scotsman-iver2.xtf";

class Recording : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kLog))
      GTEST_SKIP() << kLog << " is not here: recordings are not part of the sources";
    DetectorSettings settings;
    settings.least_llr = -6;
    const auto log = open_log(kLog);
    trial_ = evaluation::run(*log, settings);
    evaluation::score(trial_, evaluation::read_marks(kLog.parent_path() / "scotsman-iver2.contacts.csv"), {},
                      16, board_);
  }
  evaluation::Trial trial_;
  Scoreboard board_;
};

TEST_F(Recording, MostClearContactsComeBeforeAnyButAHandfulOfFalseAlarms) {
  EXPECT_EQ(board_.targets(), 8U);
  std::size_t found = 0;
  for (const RocPoint& p : board_.roc()) {
    if (p.false_alarms <= 5) found = p.found;
  }
  EXPECT_GE(found, 6U);
}

TEST_F(Recording, NothingLiesInTheWaterColumn) {
  ASSERT_FALSE(trial_.detections.empty());
  for (const Detection& d : trial_.detections) {
    EXPECT_GT(d.slant_range_m, d.altitude_m - 0.1F) << d.ping;
    // The bottom is never nearer than 2.5 m in this log.
    EXPECT_GT(d.slant_range_m, 2.5F) << d.ping;
  }
}

TEST_F(Recording, TheWreckIsNoCrowdOfMines) {
  std::size_t milco = 0;
  std::size_t extended = 0;
  for (const Detection& d : trial_.detections) {
    const bool inside =
        d.side == Side::starboard && d.ping >= 165 && d.ping <= 370 && d.sample >= 137 && d.sample <= 560;
    if (!inside) continue;
    if (d.contact_class == ContactClass::milco && d.llr >= -1.5F) ++milco;
    if (d.contact_class == ContactClass::nombo && d.length_m > 7) ++extended;
  }
  EXPECT_LE(milco, 3U);
  EXPECT_GE(extended, 1U);
  EXPECT_LE(extended, 3U);
}

}  // namespace
}  // namespace towfish
