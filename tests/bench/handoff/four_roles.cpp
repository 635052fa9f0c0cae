#include "tests/bench/handoff/four_roles.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <ctime>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "pipeline/shm/frame_slot.hpp"
#include "tests/bench/handoff/machine.hpp"
#include "tests/bench/handoff/measurement.hpp"

namespace towfish::handoff {

namespace {

using shm::Role;
using namespace std::chrono_literals;

constexpr std::size_t kPings = 128;
constexpr std::size_t kSamples = (kFrameBytes / kPings - sizeof(Ping)) / sizeof(std::uint16_t);
constexpr std::size_t kDetections = 8;
constexpr std::size_t kMostPairs = 1U << 16U;
constexpr shm::SessionSizes kSizes{.frame_slots = 8,
                                   .frame_pings = kPings,
                                   .frame_samples = kSamples,
                                   .report_slots = 8,
                                   .detections_per_report = kDetections};
constexpr std::array<Role, 4> kAll{Role::source, Role::port_detector, Role::starboard_detector, Role::fusion};

/// What fusion notes down; outlives it.
struct Notes {
  std::atomic<std::uint64_t> faults;
  std::atomic<std::uint64_t> refused;
  std::atomic<std::uint64_t> pairs;
  double latencies_ms[kMostPairs];
};

std::int64_t thread_cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

void did_one(shm::RoleRow& row) {
  row.done.fetch_add(1, std::memory_order_relaxed);
}

/// The number that a producer's successor gives to its next frame: one more than the last published.
std::uint64_t next_sequence(const shm::RingWriter& writer) {
  const auto last = writer.last();
  if (last.empty()) return 0;
  FrameHeader header;
  std::memcpy(&header, last.data(), sizeof header);
  return header.sequence + 1;
}

void publish_frame(shm::RingWriter& writer, Side side, std::uint64_t sequence, std::int64_t due_ns,
                   const std::vector<std::uint16_t>& samples) {
  const auto slot = writer.loan();
  std::memcpy(shm::FrameSlot::trace(slot, kPings, 0, kSamples).data(), samples.data(),
              samples.size() * sizeof samples[0]);
  FrameHeader& header = shm::FrameSlot::header(slot);
  header = {};
  header.sequence = sequence;
  header.last_due_ns = due_ns;
  header.pings = kPings;
  header.side = static_cast<std::uint32_t>(index(side));
  header.geometry.samples = kSamples;
  for (std::size_t row = 0; row < kPings; ++row) shm::FrameSlot::ping(slot, row).number = sequence;
  writer.publish();
}

void be_source(shm::Session& session, const FourRolesSettings& settings, Notes& notes) {
  std::array<shm::RingWriter, 2> writers{
      shm::RingWriter(session.frames(Side::port), session.row(Role::port_detector).doorbell),
      shm::RingWriter(session.frames(Side::starboard), session.row(Role::starboard_detector).doorbell)};
  const std::vector<std::uint16_t> samples(kPings * kSamples, 1000);
  const std::array<std::uint64_t, 2> next{next_sequence(writers[0]), next_sequence(writers[1])};
  std::uint64_t sequence = std::min(next[0], next[1]);
  const auto interval_ns = static_cast<std::int64_t>(1e9 / settings.pairs_per_s);
  for (std::int64_t due_ns = shm::monotonic_ns();; due_ns += interval_ns) {
    const timespec due{.tv_sec = due_ns / 1'000'000'000, .tv_nsec = due_ns % 1'000'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
    if (writers[0].full() || writers[1].full()) {
      ++notes.refused;
      continue;
    }
    for (const Side side : kSides) {
      if (next[index(side)] > sequence)
        continue;  // Published by a predecessor that died before the other side.
      publish_frame(writers[index(side)], side, sequence, due_ns, samples);
    }
    ++sequence;
    did_one(session.row(Role::source));
  }
}

/// Reads the frame again and again until so much CPU time is spent.
std::uint64_t work_on(const FrameView& frame, double work_ms) {
  const std::int64_t until = thread_cpu_ns() + static_cast<std::int64_t>(work_ms * 1e6);
  std::uint64_t sum = 0;
  for (std::size_t row = 0; thread_cpu_ns() < until; row = (row + 1) % frame.pings.size()) {
    for (const std::uint16_t sample : frame.trace(row)) sum += sample;
    asm volatile("" : "+r"(sum));
  }
  return sum;
}

bool is_whole(const FrameView& frame) {
  return std::all_of(frame.pings.begin(), frame.pings.end(),
                     [&](const Ping& ping) { return ping.number == frame.header.sequence; });
}

void be_worker(shm::Session& session, Side side, const FourRolesSettings& settings, Notes& notes) {
  shm::RoleRow& row = session.row(shm::detector_of(side));
  shm::RingReader frames(session.frames(side), session.row(Role::source).doorbell);
  shm::RingWriter reports(session.reports(side), session.row(Role::fusion).doorbell);
  std::uint64_t unreported = next_sequence(reports);
  shm::Patience patience;
  for (;;) {
    const auto view = frames.take();
    if (!view) {
      row.doorbell.wait([&] { return !frames.empty(); }, 100ms, patience);
      continue;
    }
    const auto frame = shm::FrameSlot::read(view->payload, kPings);
    if (!frame || !is_whole(*frame) || frame->header.sequence > unreported) {
      ++notes.faults;
    } else if (frame->header.sequence == unreported) {
      work_on(*frame, settings.work_ms);
      FrameReport& report = shm::ReportSlot::report(reports.loan());
      report = {};
      report.frame = frame->header;
      while (reports.full()) row.doorbell.wait([&] { return !reports.full(); }, 100ms, patience);
      reports.publish();
      ++unreported;
      did_one(row);
    }
    frames.release();
  }
}

/// The oldest report of a pair that is not finished yet; those of finished ones are released.
std::optional<FrameReportView> unfinished(shm::RingReader& lane, Notes& notes) {
  while (const auto view = lane.take()) {
    const auto report = shm::ReportSlot::read(view->payload, kDetections);
    if (!report) ++notes.faults;
    if (report && report->report.frame.sequence >= notes.pairs) return report;
    lane.release();
  }
  return std::nullopt;
}

void be_fusion(shm::Session& session, Notes& notes) {
  shm::RoleRow& row = session.row(Role::fusion);
  std::array<shm::RingReader, 2> lanes{
      shm::RingReader(session.reports(Side::port), session.row(Role::port_detector).doorbell),
      shm::RingReader(session.reports(Side::starboard), session.row(Role::starboard_detector).doorbell)};
  shm::Patience patience;
  for (;;) {
    const auto port = unfinished(lanes[0], notes);
    const auto starboard = unfinished(lanes[1], notes);
    if (!port || !starboard) {
      row.doorbell.wait([&] { return (port || !lanes[0].empty()) && (starboard || !lanes[1].empty()); },
                        100ms, patience);
      continue;
    }
    const std::uint64_t number = notes.pairs;
    const FrameHeader& frame = port->report.frame;
    if (frame.sequence != number || starboard->report.frame.sequence != number) ++notes.faults;
    if (number < kMostPairs) {
      notes.latencies_ms[number] = static_cast<double>(shm::monotonic_ns() - frame.last_due_ns) / 1e6;
    }
    notes.pairs = number + 1;
    did_one(row);
    lanes[0].release();
    lanes[1].release();
  }
}

/// The processes, started and killed.
class Cast {
 public:
  Cast(const shm::Session& session, const FourRolesSettings& settings, Notes& notes)
      : session_(session), settings_(settings), notes_(notes) {
    for (const Role role : kAll) start(role);
  }
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;
  ~Cast() {
    for (const Role role : kAll) end(role);
  }

  void start(Role role) {
    const pid_t pid = fork();
    pids_[shm::index(role)] = pid;
    if (pid != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_TIMERSLACK, 1);
    try {
      shm::Session session = shm::Session::open(session_.name());
      session.enter(role);
      play(session, role);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", shm::name(role), error.what());
    }
    _exit(1);
  }

  void end(Role role) {
    kill(pids_[shm::index(role)], SIGKILL);
    waitpid(pids_[shm::index(role)], nullptr, 0);
  }

  [[nodiscard]] std::uint64_t done(Role role) const { return session_.row(role).done; }

  /// Waits until a role has handled more frames than `done_before`; milliseconds since `start_ns`.
  [[nodiscard]] double wait_for(Role role, std::uint64_t done_before, std::int64_t start_ns) const {
    while (done(role) <= done_before) {
      usleep(100);
      if (shm::monotonic_ns() - start_ns > 5'000'000'000) {
        throw std::runtime_error(fmt::format("the {} stands still", shm::name(role)));
      }
    }
    return static_cast<double>(shm::monotonic_ns() - start_ns) / 1e6;
  }

 private:
  void play(shm::Session& session, Role role) {
    for (const Side side : kSides) {
      if (role != shm::detector_of(side)) continue;
      if (settings_.pinned) pin_to(static_cast<unsigned>(index(side)));
      be_worker(session, side, settings_, notes_);
    }
    if (role == Role::source) be_source(session, settings_, notes_);
    be_fusion(session, notes_);
  }

  const shm::Session& session_;
  const FourRolesSettings& settings_;
  Notes& notes_;
  std::array<pid_t, shm::kRoles> pids_{};
};

double cpu_ms_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

void kill_each_in_turn(Cast& cast, const FourRolesSettings& settings, FourRolesResult& result) {
  for (int round = 0; round < settings.kills_per_role; ++round) {
    for (const Role role : kAll) {
      usleep(static_cast<useconds_t>(20'000 + 1'700 * round));
      cast.end(role);
      const std::uint64_t before = cast.done(role);
      const std::int64_t start_ns = shm::monotonic_ns();
      cast.start(role);
      double& worst = result.worst_comeback_ms[shm::index(role)];
      worst = std::max(worst, cast.wait_for(role, before, start_ns));
      static_cast<void>(cast.wait_for(Role::fusion, cast.done(Role::fusion), start_ns));
    }
  }
}

void run_undisturbed(const shm::Session& session, const FourRolesSettings& settings, Notes& notes,
                     FourRolesResult& result) {
  const double cpu_before_ms = cpu_ms_of_children();
  const std::int64_t start_ns = shm::monotonic_ns();
  {
    Cast cast(session, settings, notes);
    static_cast<void>(cast.wait_for(Role::fusion, 0, start_ns));
    usleep(static_cast<useconds_t>(settings.seconds * 1e6));
  }
  const double wall_ms = static_cast<double>(shm::monotonic_ns() - start_ns) / 1e6;
  result.cpu_percent =
      100 * (cpu_ms_of_children() - cpu_before_ms) / wall_ms / std::thread::hardware_concurrency();
  result.pairs = notes.pairs;
  result.refused = notes.refused;
  constexpr std::size_t kWarmUp = 20;
  const std::size_t kept = std::min<std::size_t>(notes.pairs, kMostPairs);
  std::vector<double> latencies(notes.latencies_ms + std::min(kWarmUp, kept), notes.latencies_ms + kept);
  result.p50_ms = quantile(latencies, 0.5);
  result.p99_ms = quantile(latencies, 0.99);
}

}  // namespace

FourRolesResult run_four_roles(const FourRolesSettings& settings) {
  const std::string name = fmt::format("four-roles-{}", getpid());
  const shm::Session session = shm::Session::create(name, kSizes, "", 50'000'000);
  const std::unique_ptr<const std::string, void (*)(const std::string*)> remove(
      &name, [](const std::string* session_name) { shm::Segment::remove(*session_name); });
  void* memory = mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  const std::unique_ptr<void, void (*)(void*)> unmap(memory, [](void* at) { munmap(at, sizeof(Notes)); });
  auto& notes = *new (memory) Notes{};

  FourRolesResult result;
  run_undisturbed(session, settings, notes, result);
  if (settings.kills_per_role > 0) {
    Cast cast(session, settings, notes);
    kill_each_in_turn(cast, settings, result);
  }
  result.faults = notes.faults;
  return result;
}

}  // namespace towfish::handoff
