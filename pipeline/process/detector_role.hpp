#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "detectors/detector.hpp"
#include "pipeline/process/role.hpp"
#include "pipeline/process/view_writer.hpp"
#include "pipeline/shm/frame_slot.hpp"

namespace towfish::process {

/// Takes the frames of one side, lets a detector scan them in place, and publishes a report for each.
///
/// Frames that cover the detector's memory are kept in the ring after they are done with: a successor feeds
/// them to its fresh detector, throws away what that finds, and goes on with the frame at which its
/// predecessor died. A frame over which two processes have died is written to `quarantine`, reported as
/// quarantined and passed over for good. Threads: one thread.
class DetectorRole final : public RoleWork {
 public:
  /// Deaths over one frame before it is passed over.
  static constexpr std::uint64_t kFatalAttempts = 2;

  /// At most `most_kept` frames are kept, whatever the detector's memory.
  DetectorRole(shm::Session& session, Side side, std::unique_ptr<Detector> detector, std::uint64_t most_kept,
               std::filesystem::path quarantine);

  /// While it is behind the detector leaves out its costliest algorithm: from `waiting` frames in the ring,
  /// not counting the one in hand, until there is none. 0: never.
  void shed_from(std::uint64_t waiting) noexcept { shed_from_ = waiting; }

  Step step() override;
  [[nodiscard]] bool ready() noexcept override;

 private:
  void warm_up();
  void show_who_watches() noexcept;
  void keep_up() noexcept;
  void declare_shed(std::uint64_t sequence);
  void scan(const FrameView& frame, std::int64_t taken_ns);
  [[nodiscard]] bool is_fatal(std::uint64_t sequence, std::uint64_t attempts) const noexcept;
  void pass_over(const std::optional<FrameView>& frame, const shm::RingReader::View& view,
                 std::int64_t taken_ns);
  [[nodiscard]] bool keep(const std::filesystem::path& file, const FrameView& frame) const;
  void publish(FrameReport report, const DetectionList& found);
  void release(std::size_t pings);
  Step end();
  [[nodiscard]] bool source_ended() const noexcept;

  shm::Session& session_;
  Side side_;
  std::unique_ptr<Detector> detector_;
  std::uint64_t most_kept_;
  std::filesystem::path quarantine_;
  shm::RingReader frames_;
  shm::RingWriter reports_;
  ViewWriter view_;
  bool shows_ = false;
  std::size_t most_pings_;
  std::size_t most_detections_;
  std::vector<Detection> discarded_;  ///< Where the warm-up's findings go.
  std::uint64_t kept_pings_ = 0;      ///< In the frames kept for a successor.
  std::uint64_t kept_from_;
  std::uint64_t reported_sequences_ = 0;  ///< Sequences below this have been reported.
  std::uint64_t shed_from_ = 0;
  std::string_view left_out_;  ///< Name of the algorithm; empty while all are asked.
  bool ended_ = false;
};

}  // namespace towfish::process
