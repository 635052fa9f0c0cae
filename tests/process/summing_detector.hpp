#pragma once

#include <array>
#include <cstdint>

#include "detectors/detector.hpp"

namespace towfish::process {

/// A detector for tests with a memory of kMemory pings: it finds something at a ping when the sum over the
/// first samples of the last kMemory pings, that one included, is a multiple of three. What it finds depends
/// on all of them, so a successor that was not fed them finds other things.
class SummingDetector final : public Detector {
 public:
  static constexpr std::uint32_t kMemory = 10;
  /// Ping of what finish() reports.
  static constexpr std::uint64_t kFinished = 1'000'000'000;

  [[nodiscard]] std::uint32_t memory_pings() const noexcept override { return kMemory; }

  void process(const FrameView& frame, DetectionList& out) override {
    for (std::size_t row = 0; row < frame.pings.size(); ++row) {
      last_[next_++ % kMemory] = frame.trace(row)[0];
      std::uint64_t sum = 0;
      for (const std::uint64_t value : last_) sum += value;
      if (next_ < kMemory || sum % 3 != 0) continue;
      Detection detection;
      detection.ping = frame.pings[row].number;
      detection.sample = static_cast<std::uint32_t>(sum % 1000);
      out.push(detection);
    }
  }
  void finish(DetectionList& out) override {
    Detection detection;
    detection.ping = kFinished;
    out.push(detection);
  }

 private:
  std::array<std::uint64_t, kMemory> last_{};
  std::uint64_t next_ = 0;
};

}  // namespace towfish::process
