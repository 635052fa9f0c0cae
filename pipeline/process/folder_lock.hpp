#pragma once

#include <filesystem>

namespace towfish::process {

/// Keeps two runs or batches from writing their results into one folder. The kernel lets go of it at death.
class FolderLock {
 public:
  /// Makes the folder first. Throws UsageError where another one has it, std::runtime_error where it cannot
  /// be made or written to.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_ = -1;
};

}  // namespace towfish::process
