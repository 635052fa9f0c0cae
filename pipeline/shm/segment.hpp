#pragma once

#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace towfish::shm {

class SegmentError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    bad_name,       ///< A session name has letters, digits, '-' and '_' only, 1 to 40 of them.
    not_found,      ///< No such session.
    not_ready,      ///< Its creator is still at work, or died at it: try again, or start anew.
    wrong_version,  ///< Made by another version of towfish.
    damaged,        ///< Its sizes make no sense.
    in_use,         ///< A session of that name, or that role in it, lives.
    no_space,       ///< /dev/shm has no room for it.
    access_denied,  ///< Another user's.
    system,         ///< Anything else the kernel refuses.
  };
  SegmentError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

/// One session's shared memory, /dev/shm/towfish.<session>: a named block of bytes with an owner's lock.
///
/// Locks belong to the open file, are released by the kernel when its process dies, and are told apart by a
/// small number: they prove that whoever has one is alive and the only one. A child made by fork() shares
/// them until it calls exec: a role is started by both. A segment is stale when all its locks are free;
/// whoever removes it holds them all meanwhile, so no process can take one at that moment. Everything here
/// throws SegmentError and happens at start-up only. Threads: one thread at a time; the memory is shared by
/// all.
class Segment {
 public:
  /// Makes a segment of zeroed, allocated memory, all of it mapped, with mode 0600, and takes lock 0. A stale
  /// one of that name is replaced.
  static Segment create(std::string_view session, std::size_t bytes);

  /// Attaches to an existing one and maps all of its pages. A read-only mapping must never be written to.
  static Segment open(std::string_view session, bool read_only = false);

  /// Takes lock number `number` until this object ends; in_use when another open file has it, not_found when
  /// the segment was removed meanwhile.
  void lock(unsigned number);

  /// Whether another open file has the lock: its process lives.
  [[nodiscard]] bool locked_by_other(unsigned number) const;

  /// Whether it still has its name: others can attach to it.
  [[nodiscard]] bool named() const noexcept;

  [[nodiscard]] std::span<std::byte> memory() const noexcept {
    return {static_cast<std::byte*>(region_.get_address()), region_.get_size()};
  }
  [[nodiscard]] const std::string& session() const noexcept { return session_; }

  /// Unlinks the name. Whoever is attached keeps the memory.
  static void remove(std::string_view session) noexcept;

  /// Names of all sessions on this machine.
  static std::vector<std::string> sessions();

  /// Removes every session whose locks are all free (its processes are dead); returns their names.
  static std::vector<std::string> remove_stale();

  static constexpr unsigned kLocks = 16;

 private:
  Segment(std::string session, boost::interprocess::shared_memory_object object,
          boost::interprocess::mapped_region region);

  std::string session_;
  boost::interprocess::shared_memory_object object_;
  boost::interprocess::mapped_region region_;
};

}  // namespace towfish::shm
