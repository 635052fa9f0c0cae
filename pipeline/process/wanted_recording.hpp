#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "pipeline/shm/session.hpp"
#include "pipeline/sonar/frame.hpp"
#include "pipeline/source/recorder.hpp"

namespace towfish::process {

/// The recording that an operator begins and ends while the source runs, as the session's SourceControl says.
///
/// Each goes to a file of its own, named after the moment when it was asked for. It begins and ends between
/// frames. A successor of a source that died continues it. When the disk fails it ends there, counted as the
/// fault `recording_failed`, and the pipeline goes on. Threads: one thread.
class WantedRecording {
 public:
  WantedRecording(shm::Session& session, std::filesystem::path folder);

  /// Begins or ends it as wanted; whether the next pair belongs to it. `pings` have been emitted before that
  /// pair.
  bool under_way(std::uint64_t pings);

  /// Only when it is under way.
  void record(const FrameView& port, const FrameView& starboard);

  /// Nothing more comes.
  void end();

  /// recording-20261127T190342.125Z.xtf, say.
  static std::filesystem::path file_name(std::int64_t asked_utc_ns);

 private:
  void begin(std::int64_t asked_utc_ns, std::uint64_t pings);
  void give_up();

  shm::Session& session_;
  std::filesystem::path folder_;
  std::optional<source::Recorder> recorder_;
  std::int64_t asked_utc_ns_ = 0;  ///< Of `recorder_`.
};

}  // namespace towfish::process
