#include "pipeline/process/folder_lock.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "pipeline/sonar/error.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish::process {
namespace {

TEST(FolderLock, OneAtATimeHasAFolder) {
  const TemporaryFolder folder;
  const TemporaryFolder other;
  std::optional<FolderLock> first(folder.path());
  EXPECT_THROW(FolderLock{folder.path()}, UsageError);
  EXPECT_NO_THROW(FolderLock{other.path()});
  first.reset();
  EXPECT_NO_THROW(FolderLock{folder.path()});
}

}  // namespace
}  // namespace towfish::process
