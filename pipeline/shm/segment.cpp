#include "pipeline/shm/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
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
constexpr std::time_t kYoung_s = 1;  ///< A creator has this long between making the file and locking it.

bool is_name(std::string_view session) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return !session.empty() && session.size() <= kLongestName &&
         session.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string file_name(std::string_view session) {
  if (!is_name(session)) {
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

struct flock lock_over(unsigned first, unsigned count) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = first;
  lock.l_len = count;
  return lock;
}

/// All of them or none; EAGAIN when another open file has one.
bool try_lock(int fd, unsigned first, unsigned count = 1) {
  struct flock lock = lock_over(first, count);
  return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

bool is_locked(int fd, unsigned number) {
  struct flock lock = lock_over(number, 1);
  return fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

/// Whether the file still has its name: nobody removed it.
bool is_named(int fd) {
  struct stat file {};
  return fstat(fd, &file) == 0 && file.st_nlink > 0;
}

/// Empty and young: perhaps its creator is about to lock it.
bool may_be_at_birth(const struct stat& file) {
  return file.st_size == 0 && std::abs(std::time(nullptr) - file.st_ctime) <= kYoung_s;
}

/// Removes the file at `path` if no process lives that has a lock on it. False: it lives, somebody else
/// removes it, or it is none of ours.
bool remove_if_stale(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return false;
  struct stat file {};
  // Holding every lock at once keeps others from taking one between the look and the removal, and from
  // removing a successor of the same name.
  const bool stale = fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && !may_be_at_birth(file) &&
                     try_lock(fd, 0, Segment::kLocks) && is_named(fd);
  const bool removed = stale && ::unlink(path.c_str()) == 0;
  ::close(fd);
  return removed;
}

/// Locked at its birth: 0 done, EAGAIN somebody took it for stale and removed it.
int lock_newborn(int fd) {
  if (!try_lock(fd, 0)) return errno;
  return is_named(fd) ? 0 : EAGAIN;
}

/// posix_fallocate, since a sparse file kills its users with SIGBUS once /dev/shm is full.
int allocate(int fd, std::size_t bytes) {
  int error = EINTR;
  while (error == EINTR) error = posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  return error;
}

/// Mapped with all its pages at once. Page by page, as they are touched, takes 30 times as long on a virtual
/// machine (10 us a page).
bip::mapped_region map(const bip::shared_memory_object& object, bip::mode_t mode) {
  constexpr std::size_t kAll = 0;
  return {object, mode, 0, kAll, nullptr, MAP_POPULATE};
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
    if (const int error = lock_newborn(fd); error != 0) {
      fail(fmt::format("session '{}' was removed while it was being made; try again", session), error);
    }
    if (const int error = allocate(fd, bytes); error != 0) {
      bip::shared_memory_object::remove(file.c_str());
      fail(fmt::format(
               "session '{}': /dev/shm has no room for {} MiB (make it larger, or use fewer or shorter "
               "frames in the configuration)",
               session, bytes >> 20),
           error);
    }
    bip::mapped_region region = map(object, bip::read_write);
    return {std::string(session), std::move(object), std::move(region)};
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
    struct stat found {};
    if (fstat(object.get_mapping_handle().handle, &found) != 0 || !S_ISREG(found.st_mode) ||
        found.st_uid != geteuid()) {
      throw SegmentError(Kind::access_denied,
                         fmt::format("session '{}' belongs to user {}, wanted one of user {}", session,
                                     found.st_uid, geteuid()));
    }
    if (found.st_size == 0) {
      throw SegmentError(Kind::not_ready, fmt::format("session '{}' is not ready yet", session));
    }
    bip::mapped_region region = map(object, mode);
    return {std::string(session), std::move(object), std::move(region)};
  } catch (const bip::interprocess_exception& error) {
    fail(fmt::format("session '{}' cannot be opened", session), error.get_native_error());
  }
}

void Segment::lock(unsigned number) {
  const int fd = object_.get_mapping_handle().handle;
  if (!try_lock(fd, number)) {
    if (errno != EAGAIN && errno != EACCES)
      fail(fmt::format("session '{}': lock {}", session_, number), errno);
    throw SegmentError(Kind::in_use,
                       fmt::format("session '{}': role {} is taken by a living process", session_, number));
  }
  if (!is_named(fd)) {
    throw SegmentError(Kind::not_found,
                       fmt::format("session '{}' ended and was removed; start it anew", session_));
  }
}

bool Segment::locked_by_other(unsigned number) const {
  return is_locked(object_.get_mapping_handle().handle, number);
}

bool Segment::named() const noexcept {
  return is_named(object_.get_mapping_handle().handle);
}

void Segment::remove(std::string_view session) noexcept {
  bip::shared_memory_object::remove((std::string(kPrefix) + std::string(session)).c_str());
}

std::vector<std::string> Segment::sessions() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", ignored)) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with(kPrefix)) continue;
    if (std::string session = file.substr(kPrefix.size()); is_name(session)) {
      names.push_back(std::move(session));
    }
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
