#include "pipeline/batch/scratch.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "pipeline/sonar/error.hpp"

namespace towfish::batch {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPrefix = "towfish-worker-";

int open_folder(const fs::path& folder) {
  return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/// Folders of this user that nobody locks any more.
void remove_abandoned(const fs::path& in) {
  std::error_code ignored;
  for (fs::directory_iterator entry(in, ignored), end; entry != end; entry.increment(ignored)) {
    if (!entry->path().filename().string().starts_with(kPrefix)) continue;
    const int folder = open_folder(entry->path());
    if (folder < 0) continue;
    struct stat found {};
    const bool ours = ::fstat(folder, &found) == 0 && found.st_uid == ::geteuid();
    if (ours && ::flock(folder, LOCK_EX | LOCK_NB) == 0) fs::remove_all(entry->path(), ignored);
    ::close(folder);
  }
}

}  // namespace

Scratch::Scratch(const fs::path& in) {
  remove_abandoned(in);
  for (;;) {
    std::string name = (in / kPrefix).string() + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw UsageError(name + ": cannot be made; set TMPDIR");
    folder_ = name;
    lock_ = open_folder(folder_);
    if (lock_ < 0 && errno != ENOENT) throw UsageError(name + ": cannot be opened");
    if (lock_ < 0) continue;
    ::flock(lock_, LOCK_EX);
    struct stat made {};
    if (::fstat(lock_, &made) == 0 && made.st_nlink > 0) return;
    ::close(lock_);  // Another process took it for abandoned before it was locked.
  }
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  ::close(lock_);
}

std::string Scratch::contents() const {
  std::ifstream in(file(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Scratch::clear() const {
  std::error_code ignored;
  fs::remove(file(), ignored);
}

}  // namespace towfish::batch
