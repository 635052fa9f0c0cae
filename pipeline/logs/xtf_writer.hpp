#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/sonar/ping_source.hpp"

namespace towfish {

/// Writes an XTF file that other programs accept: two channels, port far to nadir, 16 bits.
///
/// Samples are kept exactly and marked unipolar; readers that take all XTF for signed see those above 32767
/// as negative. counts_per_unit is kept where it is a power of two (Weight). Time has steps of 10 ms, which
/// is all that XTF has room for; what is unknown is written as 0, which is how XTF says so. Course is not
/// written. Threads: one thread. Errors of the disk throw std::runtime_error, naming the file.
class XtfWriter {
 public:
  /// Creates or overwrites the file. `kept_pings` > 0 continues it instead: its first so many pings stay, and
  /// what a writer that died left behind them is cut off.
  XtfWriter(std::filesystem::path file, std::string sonar_name, std::uint64_t kept_pings = 0);
  XtfWriter(const XtfWriter&) = delete;
  XtfWriter& operator=(const XtfWriter&) = delete;
  /// Closes; errors at that point are lost, so call close().
  ~XtfWriter();

  /// Appends a ping. A side has geometry[side].samples samples, nadir first; a side with none is left out.
  void write(const PingPair& pair, std::span<const std::uint16_t> port,
             std::span<const std::uint16_t> starboard);

  /// Hands what was written to the system, where it outlives this process.
  void flush();

  /// Completes the file header and closes the file.
  void close();

 private:
  void write_file_header();
  void continue_file(std::uint64_t kept_pings);
  void put_ping_header(const Ping& ping, std::size_t channels, std::size_t packet_bytes);
  void put_channel(std::size_t at, Side side, const PingPair& pair, std::span<const std::uint16_t> samples);
  void fail(const std::string& doing) const;

  std::filesystem::path file_;
  std::string sonar_name_;
  std::fstream out_;
  std::vector<std::byte> packet_;
  std::array<std::uint32_t, 2> most_samples_{};
  std::array<float, 2> frequency_khz_{};
  std::uint64_t pings_ = 0;
};

}  // namespace towfish
