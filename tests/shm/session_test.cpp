#include "pipeline/shm/session.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <vector>

#include "pipeline/shm/frame_slot.hpp"
#include "tests/shm/child.hpp"
#include "tests/shm/test_session.hpp"

namespace towfish::shm {
namespace {

constexpr SessionSizes kSizes{
    .frame_slots = 4, .frame_pings = 8, .frame_samples = 100, .report_slots = 5, .detections_per_report = 6};

class SessionTest : public testing::Test {
 protected:
  [[nodiscard]] Session create() const { return Session::create(name_.get(), kSizes, "a: 1\n", 50'000'000); }

  Watchdog watchdog_{60};
  SessionName name_;
};

TEST_F(SessionTest, IsFoundByOthersAsItWasMade) {
  const Session made = create();
  const Session opened = Session::open(name_.get());
  EXPECT_EQ(opened.configuration(), "a: 1\n");
  EXPECT_EQ(opened.block().deadline_ns, 50'000'000);
  for (const Side side : kSides) {
    EXPECT_EQ(opened.frames(side).slots(), 4U);
    EXPECT_EQ(opened.frames(side).slot_bytes(), FrameSlot::bytes(8, 100));
    EXPECT_EQ(opened.reports(side).slots(), 5U);
    EXPECT_EQ(opened.reports(side).slot_bytes(), ReportSlot::bytes(6, 8));
    made.frames(side).payload(3).back() = std::byte{static_cast<unsigned char>(7 + index(side))};
    EXPECT_EQ(opened.frames(side).payload(3).back(), made.frames(side).payload(3).back());
  }
  EXPECT_NE(opened.frames(Side::port).payload(3).back(), opened.frames(Side::starboard).payload(3).back());
  EXPECT_EQ(opened.block().source.load().settled_pairs, 0U);
  EXPECT_EQ(Session::open(name_.get(), true).configuration(), "a: 1\n");
}

struct BlockDamage {
  const char* what;
  std::function<void(SessionBlock&, const Session&)> apply;
  const char* error;
};

class SessionDamage : public SessionTest, public testing::WithParamInterface<BlockDamage> {};

TEST_P(SessionDamage, IsRefusedByWhoeverOpensIt) {
  const Session made = create();
  GetParam().apply(made.block(), made);
  EXPECT_EQ(error_of([&] { Session::open(name_.get()); }), GetParam().error);
}

/// A ring that is right in itself, where the configuration stands.
void put_a_ring_into_the_block(SessionBlock& block, const Session&) {
  constexpr std::size_t kAt = (offsetof(SessionBlock, configuration) + 63) / 64 * 64;
  auto* start = reinterpret_cast<std::byte*>(&block);
  const std::uint64_t slot_bytes = FrameSlot::bytes(8, 100);
  Ring::format({start + kAt, Ring::bytes(2, slot_bytes)}, 2, slot_bytes);
  block.frame_ring_at[0] = kAt;
}

INSTANTIATE_TEST_SUITE_P(
    Block, SessionDamage,
    testing::Values(
        BlockDamage{"not_ready", [](SessionBlock& b, const Session&) { b.version = 0; }, "not_ready"},
        BlockDamage{"newer",
                    [](SessionBlock& b, const Session&) { b.version = 1 + SessionBlock::kLayoutVersion; },
                    "wrong_version"},
        BlockDamage{"another_magic", [](SessionBlock& b, const Session&) { b.magic = 1; }, "damaged"},
        BlockDamage{"another_size", [](SessionBlock& b, const Session&) { b.total_bytes += 4096; },
                    "damaged"},
        BlockDamage{"ring_outside", [](SessionBlock& b, const Session&) { b.frame_ring_at[1] = 1ULL << 50U; },
                    "damaged"},
        BlockDamage{"ring_over_the_block", put_a_ring_into_the_block, "damaged"},
        BlockDamage{"ring_askew", [](SessionBlock& b, const Session&) { b.frame_ring_at[0] += 4; },
                    "damaged"},
        BlockDamage{"rings_overlap",
                    [](SessionBlock& b, const Session&) { b.report_ring_at[1] = b.report_ring_at[0]; },
                    "damaged"},
        BlockDamage{"rings_swapped",
                    [](SessionBlock& b, const Session&) { std::swap(b.frame_ring_at, b.report_ring_at); },
                    "damaged"},
        BlockDamage{"slots",
                    [](SessionBlock&, const Session& s) { s.frames(Side::port).indices().slots = 400; },
                    "damaged"},
        BlockDamage{"slot_bytes",
                    [](SessionBlock&, const Session& s) {
                      s.reports(Side::starboard).indices().slot_bytes = 1ULL << 31U;
                    },
                    "damaged"},
        BlockDamage{"pings", [](SessionBlock& b, const Session&) { b.frame_pings = 1'000'000; }, "damaged"},
        BlockDamage{"pings_that_overflow",
                    [](SessionBlock& b, const Session&) { b.frame_pings = 1ULL << 57U; }, "damaged"},
        BlockDamage{"detections_that_overflow",
                    [](SessionBlock& b, const Session&) { b.detections_per_report = ~0ULL / 4344; },
                    "damaged"},
        BlockDamage{"nothing", [](SessionBlock&, const Session&) {}, "none"}),
    [](const auto& damage) { return std::string(damage.param.what); });

TEST_F(SessionTest, AFileThatIsTooSmallIsRefused) {
  const Segment tiny = Segment::create(name_.get(), 8);
  EXPECT_EQ(error_of([&] { Session::open(name_.get()); }), "damaged");
}

TEST_F(SessionTest, AnOlderVersionsSmallerBlockIsAnotherVersionNotDamage) {
  const Segment old = Segment::create(name_.get(), 4096);
  auto* start = reinterpret_cast<std::uint64_t*>(old.memory().data());
  start[0] = SessionBlock::kMagic;
  start[1] = 99;
  EXPECT_EQ(error_of([&] { Session::open(name_.get()); }), "wrong_version");
}

TEST_F(SessionTest, AConfigurationWithoutEndIsReadToTheEndOfItsPlace) {
  const Session made = create();
  made.block().configuration.fill('x');
  EXPECT_EQ(Session::open(name_.get()).configuration().size(), SessionBlock::kConfigurationBytes);
}

TEST_F(SessionTest, RefusesSizesThatCannotBe) {
  for (auto member : {&SessionSizes::frame_slots, &SessionSizes::frame_pings, &SessionSizes::frame_samples,
                      &SessionSizes::report_slots, &SessionSizes::detections_per_report}) {
    SessionSizes sizes = kSizes;
    sizes.*member = ~std::uint64_t{0};
    EXPECT_EQ(error_of([&] { Session::create(name_.get(), sizes, "", 1); }), "no_space");
  }
  SessionSizes one_slot = kSizes;
  one_slot.report_slots = 1;
  EXPECT_EQ(error_of([&] { Session::create(name_.get(), one_slot, "", 1); }), "no_space");
  const std::string long_text(SessionBlock::kConfigurationBytes, ' ');
  EXPECT_EQ(error_of([&] { Session::create(name_.get(), kSizes, long_text, 1); }), "no_space");
  EXPECT_EQ(error_of([&] { Session::open(name_.get()); }), "not_found") << "something was left behind";
}

TEST_F(SessionTest, ARoleHasOneProcessAndItsRowCountsThem) {
  Session made = create();
  made.enter(Role::supervisor);
  EXPECT_FALSE(made.alive(Role::fusion));
  for (std::uint32_t starts = 1; starts <= 3; ++starts) {
    Session fusion = Session::open(name_.get());
    fusion.enter(Role::fusion);
    EXPECT_TRUE(made.alive(Role::fusion));
    EXPECT_EQ(made.row(Role::fusion).pid, getpid());
    EXPECT_EQ(made.row(Role::fusion).starts, starts);
    EXPECT_EQ(made.row(Role::fusion).state, RoleState::starting);
    EXPECT_EQ(error_of([&] { Session::open(name_.get()).enter(Role::fusion); }), "in_use");
  }
  EXPECT_FALSE(made.alive(Role::fusion));
  EXPECT_TRUE(Session::open(name_.get()).alive(Role::supervisor));
}

TEST_F(SessionTest, ARoleIsDeadTheMomentItsProcessIsKilled) {
  const Session made = create();
  for (int i = 0; i < 20; ++i) {
    Child detector([this] {
      Session::open(name_.get()).enter(Role::port_detector);
      Session session = Session::open(name_.get());
      session.enter(Role::port_detector);
      return pause();
    });
    while (!made.alive(Role::port_detector)) {
    }
    detector.kill();
    EXPECT_FALSE(made.alive(Role::port_detector));
  }
}

TEST_F(SessionTest, FaultsThatDoNotFitAreSummedUnderOther) {
  const Session made = create();
  RoleRow& row = made.row(Role::source);
  std::vector<Fault> faults;
  for (std::uint64_t i = 0; i < RoleRow::kFaults + 2; ++i)
    faults.push_back({"kind_" + std::to_string(i), i + 1, 10 * i});
  faults[3].count = 0;
  publish_faults(row, faults);
  faults[0].count = 1000;
  publish_faults(row, faults);
  const auto& table = row.faults;
  EXPECT_STREQ(table[0].kind.data(), "kind_0");
  EXPECT_EQ(table[0].count, 1000U);
  EXPECT_STREQ(table[3].kind.data(), "kind_4");
  EXPECT_STREQ(table.back().kind.data(), "other");
  EXPECT_EQ(table.back().count, 25U + 26U);
  EXPECT_EQ(table.back().first_at, 240U);
}

TEST_F(SessionTest, ALongFaultKindIsCutAndStaysOneKind) {
  const Session made = create();
  RoleRow& row = made.row(Role::source);
  const std::vector<Fault> faults{{std::string(100, 'k'), 5, 1}};
  publish_faults(row, faults);
  publish_faults(row, faults);
  EXPECT_EQ(std::string(row.faults[0].kind.data()), std::string(FaultRow::kKindLength - 1, 'k'));
  EXPECT_EQ(row.faults[1].count, 0U);
}

}  // namespace
}  // namespace towfish::shm
