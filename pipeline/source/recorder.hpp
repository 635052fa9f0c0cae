#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pipeline/logs/xtf_writer.hpp"
#include "pipeline/sonar/frame.hpp"

namespace towfish::source {

/// Keeps what a source emits as XTF, frame pair by frame pair.
///
/// A pair is with the system when record() returns, so that it outlives this process; a successor continues
/// the file. When the disk fails the recording ends there, with an error in the log, and the pipeline goes
/// on. Threads: one thread.
class Recorder {
 public:
  /// Continues behind the first `recorded_pings` of the file; 0 makes it anew. std::runtime_error, naming the
  /// file, when it cannot be written.
  Recorder(const std::filesystem::path& file, const std::string& sonar_name, std::uint64_t recorded_pings)
      : writer_(file, sonar_name, recorded_pings) {}

  /// Both frames of a pair: as many pings on either side.
  void record(const FrameView& port, const FrameView& starboard) noexcept;

  /// Nothing more comes.
  void close() noexcept;

  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  XtfWriter writer_;
  bool failed_ = false;
};

}  // namespace towfish::source
