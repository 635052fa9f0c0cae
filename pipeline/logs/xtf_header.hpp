#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/logs/log_file.hpp"
#include "pipeline/logs/samples.hpp"

/// eXtended Triton Format: the file header. Offsets follow the XTF File Format Specification, Rev 42 (2019).
namespace towfish {

enum class XtfChannelType : std::uint8_t { sub_bottom = 0, port = 1, starboard = 2, bathymetry = 3 };

struct XtfChannel {
  std::uint8_t type = 0;  ///< An XtfChannelType, or anything else.
  bool ground_range = false;
  SampleType samples = SampleType::u16;
  std::uint32_t samples_per_ping = 0;  ///< Often 0, sometimes wrong.
  std::string name;
  float frequency_khz = 0;
};

struct XtfHeader {
  std::string program;
  std::string sonar;
  bool projected_metres = false;
  bool pads_channels = false;  ///< Versions 303 to 312 pad each channel's samples to 64 bytes.
  std::vector<XtfChannel> channels;
  std::uint64_t bytes = 1024;  ///< Size in the file: the first packet follows.
};

/// Whether the file's first byte is XTF's, which is all the signature it has.
[[nodiscard]] bool may_be_xtf(std::span<const std::byte> start) noexcept;

/// Reads the header; nullopt where the file is shorter or counts more than 64 channels.
[[nodiscard]] std::optional<XtfHeader> read_xtf_header(FileWindow& file);

}  // namespace towfish
