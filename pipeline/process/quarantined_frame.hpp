#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pipeline/sonar/frame.hpp"

namespace towfish::process {

/// A frame over which detectors have died, with all that it takes to see that again: the settings in force
/// and the frames that the detector remembered.
///
/// The file: "TOWFRAME", u32 version, u32 number of frames, u64 length of the settings, the settings as YAML;
/// then each frame: a FrameHeader, its pings, its samples. Little-endian, as in shared memory. The frame
/// itself is the last one. It can come from anywhere: all sizes are checked against the file's own.
struct QuarantinedFrame {
  static constexpr std::uint32_t kVersion = 1;
  static constexpr std::uint32_t kMostFrames = 65536;

  struct Frame {
    FrameHeader header;
    std::vector<Ping> pings;
    std::vector<std::uint16_t> samples;
    [[nodiscard]] FrameView view() const noexcept { return {header, pings, samples}; }
  };

  std::string settings;
  std::vector<Frame> frames;  ///< At least one.

  /// False when the file could not be written whole.
  [[nodiscard]] static bool write(const std::filesystem::path& file, const std::string& settings,
                                  std::span<const FrameView> frames);

  /// Throws InputError saying what is wrong with the file.
  static QuarantinedFrame read(const std::filesystem::path& file);
};

}  // namespace towfish::process
