// The program with a fault in one of its roles. The linker (--wrap) puts these functions in front of those
// that make a role, make a detector and fuse a pair; the program itself knows nothing of faults.
//
// TOWFISH_FAULT holds ROLE KIND MOMENT [always], such as "port-detector crash frame=5 always".
//
// - KIND: kill, stop, crash, loop, memory, forbidden (system calls that a confined process must not get), or
//   slow (16 frames from frame=N on take a detector 400 ms each)
// - MOMENT: start, done=N (the role's work done so far), frame=N (over that frame or pair), drain
//
// TOWFISH_FAULT_MARK names a file that is made when the fault happens, which it does once unless "always" is
// said; FILE.over is made when a successor has worked for the first time. Both hold CLOCK_MONOTONIC in
// nanoseconds.
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "detectors/registry.hpp"
#include "pipeline/fusion/fusion.hpp"
#include "pipeline/process/roles.hpp"

using towfish::DetectionList;
using towfish::Detector;
using towfish::DetectorSettings;
using towfish::FrameReportView;
using towfish::FrameView;
using towfish::Fusion;
using towfish::Side;
using towfish::process::RoleWork;
using towfish::process::RunSettings;
using towfish::process::Step;
using towfish::shm::Role;
using towfish::shm::Session;

namespace {

constexpr std::uint64_t kUnset = ~std::uint64_t{0};

struct Fault {
  std::string role;
  std::string kind;
  bool at_start = false;
  bool at_drain = false;
  bool always = false;
  std::uint64_t done = kUnset;
  std::uint64_t frame = kUnset;
};

std::optional<Fault> fault_of(Role role) {
  const char* text = std::getenv("TOWFISH_FAULT");
  if (text == nullptr) return std::nullopt;
  Fault fault;
  std::string moment;
  std::string often;
  std::istringstream(text) >> fault.role >> fault.kind >> moment >> often;
  if (fault.role != towfish::shm::name(role)) return std::nullopt;
  fault.at_start = moment == "start";
  fault.at_drain = moment == "drain";
  fault.always = often == "always";
  if (moment.starts_with("done=")) fault.done = std::stoull(moment.substr(5));
  if (moment.starts_with("frame=")) fault.frame = std::stoull(moment.substr(6));
  return fault;
}

std::string mark() {
  const char* file = std::getenv("TOWFISH_FAULT_MARK");
  return file == nullptr ? "/proc/nowhere" : file;
}

/// True when the file was made by this call.
bool make_mark(const std::string& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const std::string now = std::to_string(towfish::shm::monotonic_ns());
  const bool whole = ::write(fd, now.data(), now.size()) == static_cast<ssize_t>(now.size());
  ::close(fd);
  return whole;
}

/// More than the limit that the role has got.
void eat_memory() {
  auto* bytes = new volatile char[std::size_t{2} << 30];
  bytes[0] = 1;
}

/// Whatever of these works ends the process with a status of its own.
void do_what_is_forbidden() {
  if (::socket(AF_INET, SOCK_STREAM, 0) >= 0) ::_exit(71);
  if (const pid_t child = ::fork(); child >= 0) ::_exit(72);
  if (::execl("/bin/true", "true", nullptr) == 0) ::_exit(73);
  if (::kill(::getppid(), 0) == 0) ::_exit(74);
  if (::rename("/tmp", "/tmp") == 0) ::_exit(75);
  if (::unlink(mark().c_str()) == 0) ::_exit(76);
}

void happen(const Fault& fault) {
  if (!make_mark(mark()) && !fault.always) return;
  if (fault.kind == "kill") ::raise(SIGKILL);
  if (fault.kind == "stop") ::raise(SIGSTOP);
  if (fault.kind == "crash") {
    ::signal(SIGSEGV, SIG_DFL);
    ::raise(SIGSEGV);
  }
  if (fault.kind == "loop") {
    for (volatile int turn = 0;;) turn = turn + 1;
  }
  if (fault.kind == "memory") eat_memory();
  if (fault.kind == "forbidden") do_what_is_forbidden();
}

class FaultyWork final : public RoleWork {
 public:
  FaultyWork(std::unique_ptr<RoleWork> inner, Session& session, Role role, Fault fault)
      : inner_(std::move(inner)),
        session_(session),
        row_(session.row(role)),
        fault_(std::move(fault)),
        is_successor_(::access(mark().c_str(), F_OK) == 0) {}

  Step step() override {
    const bool draining = session_.block().source.load().ended != 0;
    if (row_.done.load() >= fault_.done || (fault_.at_drain && (draining || row_.stop.load() != 0)))
      happen(fault_);
    const Step step = inner_->step();
    if (is_successor_ && step != Step::idle) {
      make_mark(mark() + ".over");
      is_successor_ = false;
    }
    return step;
  }
  [[nodiscard]] bool ready() noexcept override { return inner_->ready(); }
  [[nodiscard]] std::int64_t wake_at_ns() const noexcept override { return inner_->wake_at_ns(); }

 private:
  std::unique_ptr<RoleWork> inner_;
  Session& session_;
  towfish::shm::RoleRow& row_;
  Fault fault_;
  bool is_successor_;
};

class FaultyDetector final : public Detector {
 public:
  FaultyDetector(std::unique_ptr<Detector> inner, Fault fault)
      : inner_(std::move(inner)), fault_(std::move(fault)) {}

  [[nodiscard]] std::uint32_t memory_pings() const noexcept override { return inner_->memory_pings(); }
  void process(const FrameView& frame, DetectionList& out) override {
    if (fault_.kind == "slow") {
      if (frame.header.sequence >= fault_.frame && slowed_ < kSlowFrames) be_slow();
    } else if (frame.header.sequence == fault_.frame && frame.header.published_ns != 0)
      happen(fault_);
    inner_->process(frame, out);
  }
  void show_to(towfish::ViewSink* sink) noexcept override { inner_->show_to(sink); }
  std::string_view leave_out(bool wanted) noexcept override { return inner_->leave_out(wanted); }
  void finish(DetectionList& out) override { inner_->finish(out); }

 private:
  void be_slow() {
    ++slowed_;
    ::usleep(kSlow_us);
  }

  static constexpr int kSlowFrames = 16;
  static constexpr unsigned kSlow_us = 400'000;

  std::unique_ptr<Detector> inner_;
  Fault fault_;
  int slowed_ = 0;
};

std::optional<Fault> fusion_fault;

}  // namespace

#define WRAPPED(name) __asm__("__wrap_" name)
#define REAL(name) __asm__("__real_" name)
#define MAKE_ROLE "_ZN7towfish7process9make_roleERNS_3shm7SessionENS1_4RoleERKNS0_11RunSettingsE"
#define MAKE_DETECTOR "_ZN7towfish13make_detectorERKNS_16DetectorSettingsENS_4SideE"
#define FUSE "_ZN7towfish6Fusion4fuseEmPKNS_15FrameReportViewES3_"

std::unique_ptr<RoleWork> real_make_role(Session& session, Role role, const RunSettings& settings)
    REAL(MAKE_ROLE);
std::unique_ptr<RoleWork> make_faulty_role(Session& session, Role role, const RunSettings& settings)
    WRAPPED(MAKE_ROLE);
std::unique_ptr<Detector> real_make_detector(const DetectorSettings& settings, Side side) REAL(MAKE_DETECTOR);
std::unique_ptr<Detector> make_faulty_detector(const DetectorSettings& settings, Side side)
    WRAPPED(MAKE_DETECTOR);
void real_fuse(Fusion* self, std::uint64_t sequence, const FrameReportView* port,
               const FrameReportView* starboard) REAL(FUSE);
void faulty_fuse(Fusion* self, std::uint64_t sequence, const FrameReportView* port,
                 const FrameReportView* starboard) WRAPPED(FUSE);

std::unique_ptr<RoleWork> make_faulty_role(Session& session, Role role, const RunSettings& settings) {
  auto fault = fault_of(role);
  if (!fault) return real_make_role(session, role, settings);
  if (fault->kind == "memory") {
    constexpr rlim_t kBytes = rlim_t{1} << 30;
    const rlimit limit{.rlim_cur = kBytes, .rlim_max = kBytes};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  if (fault->at_start) happen(*fault);
  if (role == Role::fusion) fusion_fault = fault;
  return std::make_unique<FaultyWork>(real_make_role(session, role, settings), session, role, *fault);
}

std::unique_ptr<Detector> make_faulty_detector(const DetectorSettings& settings, Side side) {
  auto detector = real_make_detector(settings, side);
  auto fault = fault_of(towfish::shm::detector_of(side));
  if (!fault || fault->frame == kUnset) return detector;
  return std::make_unique<FaultyDetector>(std::move(detector), *fault);
}

void faulty_fuse(Fusion* self, std::uint64_t sequence, const FrameReportView* port,
                 const FrameReportView* starboard) {
  if (fusion_fault && fusion_fault->frame == sequence) happen(*fusion_fault);
  real_fuse(self, sequence, port, starboard);
}
