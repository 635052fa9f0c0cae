#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/plugin/detector.h"
#include "pipeline/sonar/configured_path.hpp"

namespace towfish {

/// A detector of the user's own, in a shared library (detectors/plugin/detector.h).
///
/// What it reports is checked: pings among those it may still know, samples within the trace, a finite
/// score. process() and finish() throw std::runtime_error naming the library where it throws or reports
/// what cannot be, which ends the process: a successor takes over. Threads: one thread.
class LibraryDetector final : public Detector {
 public:
  static constexpr std::uint32_t kMostMemoryPings = 4096;

  /// Loads the library, which then stays loaded. Throws UsageError naming where it is configured when it is
  /// not there, is no library, lacks the factory, is of another version, or refuses.
  LibraryDetector(const ConfiguredPath& library, const std::string& settings, Side side);
  ~LibraryDetector() override;

  [[nodiscard]] std::uint32_t memory_pings() const noexcept override { return memory_pings_; }
  void process(const FrameView& frame, DetectionList& out) override;
  void finish(DetectionList& out) override;

 private:
  struct Sink;
  void process_run(const FrameView& frame, std::size_t first, std::size_t end, DetectionList& out);
  void remember(std::span<const Ping> pings);
  [[nodiscard]] const Ping* known(std::uint64_t number) const noexcept;
  [[nodiscard]] std::string fault_of(const towfish_detection& found) const;
  [[nodiscard]] Detection complete(const towfish_detection& found) const;
  template <class Call>
  void guarded(DetectionList& out, const Call& call);

  std::string library_;
  Side side_;
  const towfish_detector_type* type_;
  void* detector_ = nullptr;
  std::uint32_t memory_pings_ = 0;
  TraceGeometry geometry_;
  std::vector<Ping> pings_;              ///< The last of them, by number modulo its size.
  std::vector<towfish_ping> converted_;  ///< Of the frame in hand.
  std::uint64_t begun_at_ = 0;           ///< First ping since it began anew.
  std::uint64_t next_ = 0;               ///< Ping that would follow.
  bool begun_ = false;
};

}  // namespace towfish
