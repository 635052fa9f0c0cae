#include "pipeline/process/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "pipeline/sonar/error.hpp"

namespace towfish::process {

FolderLock::FolderLock(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw std::runtime_error(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  descriptor_ = ::open((folder / "towfish.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0)
    throw std::runtime_error(
        fmt::format("{}: cannot be written to: {}", folder.string(), std::strerror(errno)));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(descriptor_);
  throw UsageError(
      fmt::format("{}: another run or batch writes its results there; name another --out", folder.string()));
}

FolderLock::~FolderLock() {
  ::close(descriptor_);
}

}  // namespace towfish::process
