#include "pipeline/batch/scratch.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "tests/logs/temporary_folder.hpp"

namespace towfish::batch {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_in(const fs::path& folder) {
  return {fs::directory_iterator(folder), fs::directory_iterator()};
}

TEST(Scratch, WhatAKilledWorkerLeftIsRemovedByTheNextOneAndLivingOnesStay) {
  const TemporaryFolder folder;
  const Scratch living(folder.path());
  std::ofstream(living.file()) << "reports";
  const pid_t killed = ::fork();
  if (killed == 0) {
    const Scratch scratch(folder.path());
    std::ofstream(scratch.file()) << "half of it";
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(killed, &status, 0), killed);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(folders_in(folder.path()).size(), 2U);

  const Scratch next(folder.path());
  EXPECT_THAT(folders_in(folder.path()),
              testing::UnorderedElementsAre(living.file().parent_path(), next.file().parent_path()));
  EXPECT_EQ(living.contents(), "reports");
}

TEST(Scratch, NothingElseIsRemoved) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "towfish-system-abcdef");
  fs::create_directories(folder.path() / "elsewhere");
  std::ofstream(folder.path() / "elsewhere" / "kept") << "kept";
  fs::create_directory_symlink(folder.path() / "elsewhere", folder.path() / "towfish-worker-link12");
  { const Scratch scratch(folder.path()); }
  EXPECT_EQ(folders_in(folder.path()).size(), 3U);
  EXPECT_TRUE(fs::exists(folder.path() / "elsewhere" / "kept"));
}

}  // namespace
}  // namespace towfish::batch
