#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "detectors/conditioning.hpp"
#include "detectors/detector.hpp"
#include "detectors/onnx/chip_classifier.hpp"
#include "detectors/onnx/network.hpp"
#include "detectors/onnx/network_settings.hpp"
#include "detectors/onnx/window_picture.hpp"
#include "detectors/onnx/yolo_output.hpp"
#include "detectors/view.hpp"

namespace towfish {

/// A network that finds objects by itself, in overlapping windows of the conditioned picture.
///
/// Windows end at fixed ping numbers: multiples of a power of two that is at most half a window, whatever the
/// frames. Across track they overlap by kOverlapM. A box counts where its middle lies in the middle half of
/// its window along track, so that no object is judged by a part of it; of boxes of different windows that
/// overlap, or lie near each other, the best stays. Threads: one thread.
class WindowDetector final : public Detector {
 public:
  static constexpr float kOverlapM = 6;

  /// Throws UsageError where the model cannot be used so (Network), or its output has another shape.
  WindowDetector(const NetworkSettings& settings, float least_llr, Side side);
  /// Asks `classifier` too, about what the network has found, and adds `offset` to the sum of their ratios.
  void ask(std::unique_ptr<ChipClassifier> classifier, float offset);

  [[nodiscard]] std::uint32_t memory_pings() const noexcept override;
  void process(const FrameView& frame, DetectionList& out) override;
  void finish(DetectionList& out) override;
  void show_to(ViewSink* sink) noexcept override;

 private:
  /// A box in rows from the last row of its window, and columns from nadir: so nothing depends on where the
  /// count of rows began.
  struct Found {
    NetworkBox box;
    std::int64_t last = 0;
    bool released = false;
    [[nodiscard]] std::int64_t row(float y) const noexcept { return last + static_cast<std::int64_t>(y); }
  };
  void take_ready_rows(DetectionList& out);
  void search_before(std::int64_t row);
  void search(std::int64_t last, int window_rows);
  void search_window(std::int64_t last, int window_rows, int left);
  void release(std::int64_t row, DetectionList& out);
  [[nodiscard]] bool is_same(const Found& one, const Found& other) const noexcept;
  [[nodiscard]] bool is_best(const Found& found) const noexcept;
  [[nodiscard]] const RowInfo& info(const Found& found, float y) const noexcept;
  void report(const Found& found, DetectionList& out);
  void classify(const Found& found, Detection& detection);
  [[nodiscard]] Detection describe(const Found& found) const;

  NetworkSettings settings_;
  float least_llr_;
  Side side_;
  Network network_;
  std::unique_ptr<ChipClassifier> classifier_;
  float offset_ = 0;
  Conditioning rows_;
  WindowPicture picture_;
  View view_;
  ViewSink* sink_ = nullptr;
  bool view_begun_ = false;
  std::optional<std::uint64_t> last_ping_;
  std::uint64_t first_ping_ = 0;
  std::vector<NetworkBox> boxes_;
  std::vector<Found> found_;
  cv::Mat window_;
};

}  // namespace towfish
