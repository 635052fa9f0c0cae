#include "pipeline/shm/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

namespace towfish::shm {

namespace bip = boost::interprocess;
using Kind = SegmentError::Kind;

namespace {

constexpr std::string_view kPrefix = "towfish.";
constexpr std::size_t kLongestName = 40;
constexpr std::time_t kYoung_s = 10;  ///< A creator has this long between making the file and locking it.
constexpr unsigned kRemovalLock = Segment::kLocks - 1;

std::string file_name(std::string_view session) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  if (session.empty() || session.size() > kLongestName ||
      !std::all_of(session.begin(), session.end(), allowed)) {
    throw SegmentError(
        Kind::bad_name,
        fmt::format("session name '{}': wanted 1 to {} letters, digits, '-' or '_'", session, kLongestName));
  }
  return std::string(kPrefix) + std::string(session);
}

std::string path_of(const std::string& file) {
  return "/dev/shm/" + file;
}

Kind kind_of(int error) {
  switch (error) {
    case ENOENT:
      return Kind::not_found;
    case EACCES:
    case EPERM:
      return Kind::access_denied;
    case ENOSPC:
    case ENOMEM:
      return Kind::no_space;
    default:
      return Kind::system;
  }
}

[[noreturn]] void fail(const std::string& what, int error) {
  throw SegmentError(kind_of(error), fmt::format("{}: {}", what, std::strerror(error)));
}

struct flock one_byte(short type, unsigned number) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = number;
  lock.l_len = 1;
  return lock;
}

bool try_lock(int fd, unsigned number) {
  struct flock lock = one_byte(F_WRLCK, number);
  return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

bool is_locked(int fd, unsigned number) {
  struct flock lock = one_byte(F_WRLCK, number);
  return fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

/// Removes the file at `path` if no process lives that has a lock on it. False: it lives, or somebody else
/// removes it.
bool remove_if_stale(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  struct stat opened {};
  struct stat named {};
  bool stale = fstat(fd, &opened) == 0;
  // Unlocked and young: perhaps its creator is about to lock it.
  stale = stale && (opened.st_size > 0 || std::time(nullptr) - opened.st_ctime > kYoung_s);
  for (unsigned number = 0; stale && number < kRemovalLock; ++number) stale = !is_locked(fd, number);
  // One remover at a time, and only what the name still stands for.
  stale =
      stale && try_lock(fd, kRemovalLock) && stat(path.c_str(), &named) == 0 && named.st_ino == opened.st_ino;
  if (stale) ::unlink(path.c_str());
  ::close(fd);
  return stale;
}

void touch(std::span<std::byte> memory) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  for (std::size_t at = 0; at < memory.size(); at += page) {
    static_cast<void>(*static_cast<volatile std::byte*>(&memory[at]));
  }
}

}  // namespace

Segment::Segment(std::string session, bip::shared_memory_object object, bip::mapped_region region)
    : session_(std::move(session)), object_(std::move(object)), region_(std::move(region)) {}

Segment Segment::create(std::string_view session, std::size_t bytes) {
  const std::string file = file_name(session);
  remove_if_stale(path_of(file));
  try {
    bip::permissions owner_only(0600);
    bip::shared_memory_object object(bip::create_only, file.c_str(), bip::read_write, owner_only);
    const int fd = object.get_mapping_handle().handle;
    if (!try_lock(fd, 0)) fail("session '" + std::string(session) + "' was taken at its birth", errno);
    // posix_fallocate, since a sparse file kills its users with SIGBUS once /dev/shm is full.
    if (const int error = posix_fallocate(fd, 0, static_cast<off_t>(bytes)); error != 0) {
      bip::shared_memory_object::remove(file.c_str());
      fail(fmt::format(
               "session '{}': /dev/shm has no room for {} MiB (make it larger, or use fewer or shorter "
               "frames in the configuration)",
               session, bytes >> 20),
           error);
    }
    bip::mapped_region region(object, bip::read_write);
    Segment segment(std::string(session), std::move(object), std::move(region));
    touch(segment.memory());
    return segment;
  } catch (const bip::interprocess_exception& error) {
    if (error.get_error_code() == bip::already_exists_error) {
      throw SegmentError(Kind::in_use,
                         fmt::format("session '{}' is running already; choose another name", session));
    }
    fail(fmt::format("session '{}' cannot be made", session), error.get_native_error());
  }
}

Segment Segment::open(std::string_view session, bool read_only) {
  const std::string file = file_name(session);
  try {
    const auto mode = read_only ? bip::read_only : bip::read_write;
    bip::shared_memory_object object(bip::open_only, file.c_str(), mode);
    bip::offset_t size = 0;
    if (!object.get_size(size) || size == 0) {
      throw SegmentError(Kind::not_ready, fmt::format("session '{}' is not ready yet", session));
    }
    bip::mapped_region region(object, mode);
    Segment segment(std::string(session), std::move(object), std::move(region));
    touch(segment.memory());
    return segment;
  } catch (const bip::interprocess_exception& error) {
    fail(fmt::format("session '{}' cannot be opened", session), error.get_native_error());
  }
}

void Segment::lock(unsigned number) {
  if (!try_lock(object_.get_mapping_handle().handle, number)) {
    throw SegmentError(Kind::in_use,
                       fmt::format("session '{}': role {} is taken by a living process", session_, number));
  }
}

bool Segment::locked_by_other(unsigned number) const {
  return is_locked(object_.get_mapping_handle().handle, number);
}

void Segment::remove(std::string_view session) noexcept {
  bip::shared_memory_object::remove((std::string(kPrefix) + std::string(session)).c_str());
}

std::vector<std::string> Segment::sessions() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", ignored)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with(kPrefix)) names.push_back(file.substr(kPrefix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Segment::remove_stale() {
  std::vector<std::string> removed;
  for (const std::string& session : sessions()) {
    if (remove_if_stale(path_of(std::string(kPrefix) + session))) removed.push_back(session);
  }
  return removed;
}

}  // namespace towfish::shm
