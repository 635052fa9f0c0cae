#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "detectors/detector.hpp"
#include "detectors/grouping.hpp"
#include "detectors/likelihood.hpp"
#include "detectors/onnx/chip_classifier.hpp"
#include "detectors/region.hpp"
#include "detectors/scan.hpp"
#include "detectors/view.hpp"

namespace towfish {

/// The detector of this project: a Scan of one side and a verdict on every candidate it finds.
class SwathDetector final : public Detector {
 public:
  /// Only candidates with a log-likelihood ratio of at least `least_llr` are reported, and extended objects
  /// if their strongest part has that.
  SwathDetector(Side side, std::vector<std::unique_ptr<Algorithm>> algorithms, Likelihood likelihood,
                float least_llr);
  /// Asks `classifier` too, about what the algorithms have found.
  void ask(std::unique_ptr<ChipClassifier> classifier) { classifier_ = std::move(classifier); }
  /// Algorithm `k`, of this name and not the first, is the one to be left out. A classifier, where there is
  /// one, is left out in its stead.
  void spare(std::size_t k, std::string_view name) noexcept {
    spare_ = k;
    spare_name_ = name;
  }

  [[nodiscard]] std::uint32_t memory_pings() const noexcept override {
    return Scan::kMemoryPings + 2 * static_cast<std::uint32_t>(Grouping::kReach);
  }
  void process(const FrameView& frame, DetectionList& out) override;
  void finish(DetectionList& out) override;
  void show_to(ViewSink* sink) noexcept override;
  std::string_view leave_out(bool wanted) noexcept override;

 private:
  void show(const FrameHeader& frame);
  void judge(const Candidate& candidate);
  void report(const Judged& judged, DetectionList& out);
  void classify(const Candidate& candidate, Detection& detection);
  void release(std::int64_t row, DetectionList& out);
  [[nodiscard]] Detection describe(const Candidate& candidate) const;
  void place(Detection& detection, const RowInfo& info) const;
  void place_in_middle(Detection& whole) const;
  void draw(const Candidate& candidate, Chip& chip) const;

  Side side_;
  Scan scan_;
  View view_;
  ViewSink* sink_ = nullptr;
  bool view_begun_ = false;
  Likelihood likelihood_;
  float least_llr_;
  Region region_;
  Grouping grouping_{[this](const Candidate& candidate) -> const Region& {
    region_.grow(scan_.rows(), candidate);
    return region_;
  }};
  std::unique_ptr<ChipClassifier> classifier_;
  bool classifies_ = true;
  std::size_t spare_ = Scan::kNone;
  std::string_view spare_name_;             ///< Of a constant of the program.
  Chip chip_;                               ///< In the classifier's hands.
  std::optional<std::uint64_t> last_ping_;  ///< Empty before the first ping and after finish().
};

}  // namespace towfish
