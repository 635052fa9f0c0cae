#include <gtest/gtest.h>

#include "pipeline/batch/job.hpp"
#include "tests/batch/survey_log.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish::batch {
namespace {

namespace fs = std::filesystem;

bool always(std::uint64_t) {
  return true;
}

class WorkbenchTest : public testing::Test {
 protected:
  [[nodiscard]] Job scan() const {
    return {.path = (folder_.path() / "a.xtf").string(),
            .reports = (folder_.path() / "reports").string(),
            .chunks_end = 1};
  }
  void write(std::uint64_t pings) const { write_log(folder_.path() / "a.xtf", {.pings = pings}); }

  const TemporaryFolder folder_;
  Workbench bench_{test_settings()};
};

TEST_F(WorkbenchTest, ALogThatWasReplacedIsNotReadThroughTheFileThatIsOpen) {
  write(300);
  const auto first = bench_.work(scan(), always);
  fs::rename(folder_.path() / "a.xtf", folder_.path() / "old.xtf");
  write(400);
  const auto second = bench_.work(scan(), always);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->result.pings, 300U);
  EXPECT_EQ(second->result.pings, 400U);
  EXPECT_NE(first->chunks, second->chunks);
}

TEST_F(WorkbenchTest, HashingTellsThatItGoesOn) {
  write(300);
  Job look = scan();
  look.kind = Job::Kind::look;
  std::size_t told = 0;
  const auto answer = bench_.work(look, [&](std::uint64_t) { return ++told > 0; });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->message.size(), 16U);
  EXPECT_GE(told, fs::file_size(look.path) >> 20U);
  EXPECT_GE(told, 1U);
  EXPECT_FALSE(bench_.work(look, [](std::uint64_t) { return false; }));
}

}  // namespace
}  // namespace towfish::batch
