#include "pipeline/shm/segment.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <optional>
#include <span>
#include <vector>

#include "tests/shm/child.hpp"
#include "tests/shm/test_lane.hpp"
#include "tests/shm/test_session.hpp"

namespace towfish::shm {
namespace {

constexpr std::size_t kBytes = 3 * 4096 + 100;

class SegmentTest : public testing::Test {
 protected:
  [[nodiscard]] struct stat file() const {
    struct stat found {};
    EXPECT_EQ(stat(name_.path().c_str(), &found), 0);
    return found;
  }
  [[nodiscard]] bool exists() const { return access(name_.path().c_str(), F_OK) == 0; }

  /// Leaves a segment behind whose creator was killed.
  void leave_stale() const {
    Child creator([this] {
      const Segment segment = Segment::create(name_.get(), kBytes);
      raise(SIGKILL);
      return 0;
    });
    EXPECT_EQ(creator.wait(), -1);
  }

  Watchdog watchdog_{60};
  SessionName name_;
};

TEST_F(SegmentTest, IsZeroedAllocatedAndForItsOwnerOnly) {
  const mode_t before = umask(0);
  const Segment segment = Segment::create(name_.get(), kBytes);
  umask(before);
  EXPECT_EQ(segment.memory().size(), kBytes);
  EXPECT_TRUE(std::all_of(segment.memory().begin(), segment.memory().end(),
                          [](std::byte b) { return b == std::byte{0}; }));
  EXPECT_EQ(file().st_mode & 07777U, 0600U);
  EXPECT_GE(file().st_blocks * 512, static_cast<blkcnt_t>(kBytes)) << "sparse: SIGBUS when /dev/shm is full";
}

/// Pages that this process can use without a fault, as /proc/self/pagemap tells (kernel: pagemap.rst).
std::size_t mapped_pages(std::span<const std::byte> memory) {
  constexpr std::size_t kPage = 4096;
  constexpr std::uint64_t kPresent = std::uint64_t{1} << 63U;
  std::vector<std::uint64_t> entries(memory.size() / kPage);
  const int file = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  const auto at = reinterpret_cast<std::uintptr_t>(memory.data()) / kPage * sizeof entries[0];
  const auto wanted = static_cast<ssize_t>(entries.size() * sizeof entries[0]);
  EXPECT_EQ(pread(file, entries.data(), static_cast<std::size_t>(wanted), static_cast<off_t>(at)), wanted);
  ::close(file);
  return static_cast<std::size_t>(
      std::ranges::count_if(entries, [](std::uint64_t entry) { return (entry & kPresent) != 0; }));
}

TEST_F(SegmentTest, CostsNoPageFaultOnceItIsOpen) {
  constexpr std::size_t kMany = std::size_t{8} << 20U;
  const Segment made = Segment::create(name_.get(), kMany);
  EXPECT_EQ(mapped_pages(made.memory()), kMany / 4096);
  EXPECT_EQ(mapped_pages(Segment::open(name_.get()).memory()), kMany / 4096);
  EXPECT_EQ(mapped_pages(Segment::open(name_.get(), true).memory()), kMany / 4096);
}

TEST_F(SegmentTest, IsSharedByAllWhoOpenIt) {
  const Segment made = Segment::create(name_.get(), kBytes);
  const Segment opened = Segment::open(name_.get());
  const Segment watched = Segment::open(name_.get(), true);
  made.memory()[5000] = std::byte{42};
  EXPECT_EQ(opened.memory()[5000], std::byte{42});
  EXPECT_EQ(watched.memory()[5000], std::byte{42});
  EXPECT_THAT(Segment::sessions(), testing::Contains(name_.get()));
}

TEST_F(SegmentTest, RefusesNamesThatAreNoPlainWords) {
  for (const std::string bad : {"", "a/b", "../passwd", "a b", "a.b", "\xc3\xa4", "a\n"}) {
    EXPECT_EQ(error_of([&] { Segment::create(bad, kBytes); }), "bad_name") << bad;
    EXPECT_EQ(error_of([&] { Segment::open(bad); }), "bad_name") << bad;
  }
  EXPECT_EQ(error_of([&] { Segment::create(std::string(41, 'x'), kBytes); }), "bad_name");
}

TEST_F(SegmentTest, SaysWhenThereIsNoneOrItIsNotReady) {
  EXPECT_EQ(error_of([&] { Segment::open(name_.get()); }), "not_found");
  close(open(name_.path().c_str(), O_CREAT | O_RDWR, 0600));
  EXPECT_EQ(error_of([&] { Segment::open(name_.get()); }), "not_ready");
}

TEST_F(SegmentTest, RefusesAnotherUsersFileAndWhatIsNoFile) {
  ASSERT_EQ(mkfifo(name_.path().c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { Segment::open(name_.get()); }), "access_denied");
  EXPECT_EQ(error_of([&] { Segment::create(name_.get(), kBytes); }), "in_use");
  EXPECT_TRUE(exists()) << "removed what is none of ours";
  ASSERT_EQ(unlink(name_.path().c_str()), 0);
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const Segment segment = Segment::create(name_.get(), kBytes);
  ASSERT_EQ(chown(name_.path().c_str(), 65534, 65534), 0);
  EXPECT_EQ(error_of([&] { Segment::open(name_.get()); }), "access_denied");
}

TEST_F(SegmentTest, SaysWhenThereIsNoRoomAndLeavesNothingBehind) {
  EXPECT_EQ(error_of([&] { Segment::create(name_.get(), std::size_t{1} << 46U); }), "no_space");
  EXPECT_FALSE(exists());
}

TEST_F(SegmentTest, ALivingSessionIsNotMadeAgain) {
  const Segment segment = Segment::create(name_.get(), kBytes);
  EXPECT_EQ(error_of([&] { Segment::create(name_.get(), kBytes); }), "in_use");
  EXPECT_TRUE(exists());
}

TEST_F(SegmentTest, ALockHasOneOwner) {
  Segment first = Segment::create(name_.get(), kBytes);
  Segment second = Segment::open(name_.get());
  EXPECT_EQ(error_of([&] { second.lock(0); }), "in_use") << "the creator has lock 0";
  EXPECT_FALSE(first.locked_by_other(3));
  second.lock(3);
  EXPECT_TRUE(first.locked_by_other(3));
  EXPECT_FALSE(second.locked_by_other(3));
  EXPECT_TRUE(Segment::open(name_.get(), true).locked_by_other(3)) << "a reader only can ask, too";
  EXPECT_EQ(error_of([&] { first.lock(3); }), "in_use");
  EXPECT_EQ(error_of([&] { second.lock(3); }), "none") << "one's own lock may be taken again";
}

TEST_F(SegmentTest, ALockEndsWithItsProcessHoweverItEnds) {
  Segment segment = Segment::create(name_.get(), kBytes);
  std::array<int, 2> ready{};
  ASSERT_EQ(pipe(ready.data()), 0);
  Child holder([&] {
    Segment own = Segment::open(name_.get());
    own.lock(2);
    static_cast<void>(!write(ready[1], "x", 1));
    return pause();
  });
  char token = 0;
  ASSERT_EQ(read(ready[0], &token, 1), 1);
  EXPECT_TRUE(segment.locked_by_other(2));
  EXPECT_EQ(error_of([&] { segment.lock(2); }), "in_use");
  holder.kill();
  EXPECT_FALSE(segment.locked_by_other(2));
  EXPECT_EQ(error_of([&] { segment.lock(2); }), "none");
}

TEST_F(SegmentTest, ALockIsSharedWithAForkedChildButNotWithAProgramThatItStarts) {
  std::optional<Segment> segment(Segment::create(name_.get(), kBytes));
  const Segment watcher = Segment::open(name_.get());
  Child child([] { return pause(); });
  segment.reset();
  EXPECT_TRUE(watcher.locked_by_other(0)) << "the child has the same open file";
  child.kill();
  EXPECT_FALSE(watcher.locked_by_other(0));
  FILE* listing = popen("ls -l /proc/self/fd", "r");
  ASSERT_NE(listing, nullptr);
  std::array<char, 4096> text{};
  const std::size_t length = fread(text.data(), 1, text.size(), listing);
  pclose(listing);
  EXPECT_THAT(std::string(text.data(), length),
              testing::AllOf(testing::HasSubstr("->"), testing::Not(testing::HasSubstr("towfish"))));
}

TEST_F(SegmentTest, AStaleOneIsReplaced) {
  leave_stale();
  const ino_t stale = file().st_ino;
  const Segment keep_the_number = Segment::open(name_.get());
  const Segment segment = Segment::create(name_.get(), kBytes);
  EXPECT_NE(file().st_ino, stale);
}

TEST_F(SegmentTest, RemovesStaleSessionsOnly) {
  leave_stale();
  const SessionName alive;
  const SessionName child_alive;
  const Segment living = Segment::create(alive.get(), kBytes);
  std::optional<Segment> supervisor(Segment::create(child_alive.get(), kBytes));
  Segment role = Segment::open(child_alive.get());
  role.lock(4);
  supervisor.reset();  // Its children go on for a moment.
  const auto removed = Segment::remove_stale();
  EXPECT_THAT(Segment::sessions(), testing::Not(testing::Contains(name_.get())));
  EXPECT_THAT(removed, testing::Not(testing::Contains(alive.get())));
  EXPECT_THAT(Segment::sessions(), testing::IsSupersetOf({alive.get(), child_alive.get()}));
}

TEST_F(SegmentTest, OneThatIsBeingBornIsNotStale) {
  close(open(name_.path().c_str(), O_CREAT | O_RDWR, 0600));
  Segment::remove_stale();
  EXPECT_TRUE(exists());
}

TEST_F(SegmentTest, NobodyEntersOneThatWasRemoved) {
  const Segment creator = Segment::create(name_.get(), kBytes);
  Segment late = Segment::open(name_.get());
  Segment::remove(name_.get());
  EXPECT_EQ(error_of([&] { late.lock(1); }), "not_found");
}

// Two processes find the same stale session again and again, and a third enters it as a role: whoever has a
// lock must have the segment that the name stands for.
TEST_F(SegmentTest, NoLockIsEverHeldInASegmentThatSomebodyRemovesAsStale) {
  SharedMemory memory(64);
  auto& wrong = *new (memory.bytes().data()) std::atomic<int>{0};
  auto& held = *new (memory.bytes().data() + 8) std::atomic<int>{0};
  auto& creators_done = *new (memory.bytes().data() + 16) std::atomic<int>{0};
  const auto holds_the_named = [&](const Segment& own, std::size_t place, int mark) {
    try {
      own.memory()[place] = static_cast<std::byte>(mark);
      return Segment::open(name_.get()).memory()[place] == static_cast<std::byte>(mark);
    } catch (const SegmentError&) {
      return false;
    }
  };
  const auto enter = [&](bool as_creator, std::size_t place, int mark) {
    try {
      Segment own = as_creator ? Segment::create(name_.get(), kBytes) : Segment::open(name_.get());
      if (!as_creator) own.lock(1);
      for (int i = 0; i < 5; ++i) wrong += holds_the_named(own, place, mark + i) ? 0 : 1;
      return 1;
    } catch (const SegmentError&) {
      return 0;  // Another one has it.
    }
  };
  const auto create_often = [&](std::size_t place) {
    for (int times = 0; times < 200;) times += enter(true, place, times * 5);
    return ++creators_done > 0 ? 0 : 1;
  };
  Child second([&] { return create_often(1); });
  Child role([&] {
    while (creators_done < 2) held += enter(false, 2, held * 5);
    return 0;
  });
  EXPECT_EQ(create_often(3), 0);
  EXPECT_EQ(second.wait(), 0);
  EXPECT_EQ(role.wait(), 0);
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(held, 0) << "the role never got in";
}

}  // namespace
}  // namespace towfish::shm
