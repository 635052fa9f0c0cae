#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "pipeline/shm/session.hpp"

namespace towfish::process {

/// A session of its own for one test, gone afterwards.
class TestSession {
 public:
  struct Sizes {
    std::uint64_t frame_slots = 8;
    std::uint64_t frame_pings = 4;
    std::uint64_t samples = 16;
    std::uint64_t report_slots = 8;
    std::uint64_t detections = 8;
  };
  TestSession() : TestSession(Sizes{}) {}
  explicit TestSession(const Sizes& sizes)
      : session_(shm::Session::create(unique_name(),
                                      {.frame_slots = sizes.frame_slots,
                                       .frame_pings = sizes.frame_pings,
                                       .frame_samples = sizes.samples,
                                       .report_slots = sizes.report_slots,
                                       .detections_per_report = sizes.detections},
                                      "", 50'000'000)) {}
  ~TestSession() { shm::Segment::remove(session_.name()); }

  shm::Session& operator*() { return session_; }
  shm::Session* operator->() { return &session_; }

 private:
  static std::string unique_name() {
    static std::atomic<int> count{0};
    return fmt::format("test-{}-{}", getpid(), count.fetch_add(1));
  }
  shm::Session session_;
};

}  // namespace towfish::process
