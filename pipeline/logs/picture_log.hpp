#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "pipeline/logs/fault_counter.hpp"
#include "pipeline/logs/log.hpp"
#include "pipeline/picture/picture.hpp"

namespace towfish {

/// First column of starboard in a waterfall picture of intensities: the middle of the narrow line nearest to
/// the picture's middle that is bright in nearly all rows, which is what the transmit burst leaves behind.
/// nullopt where there is none.
[[nodiscard]] std::optional<std::uint32_t> find_nadir_column(const Picture& intensity);

/// Waterfall pictures as a log: port left and starboard right of nadir, one row a ping, first row first.
///
/// Of several pictures the order is that of their names; a number is left out between two of them, because
/// the pings of one do not continue the other. Counts are 256 times the intensity (the brightest channel).
/// Pictures have no clock and no position: a row counts as one second, so that speed_mps x interval_s is the
/// spacing of rows. Holds one picture at a time. Faults are located by ping number.
class PictureLog final : public Log {
 public:
  /// Throws InputError where the first picture that can be read has no room for two sides, or none can be
  /// read.
  PictureLog(std::vector<std::filesystem::path> pictures, const LogOptions& options);

  [[nodiscard]] const PingPair* next() override;
  void read_trace(Side side, std::span<std::uint16_t> out) override;
  void seek(std::uint64_t number) override { next_number_ = number; }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return total_; }
  [[nodiscard]] std::vector<Fault> faults() const override { return faults_.faults(); }
  [[nodiscard]] const LogDescription& description() const override { return description_; }
  [[nodiscard]] std::optional<std::uint64_t> find_time(std::int64_t) override { return std::nullopt; }
  [[nodiscard]] double progress() const override;
  [[nodiscard]] PositionFrom position_from() const override { return PositionFrom::nowhere; }

  /// The picture that the current ping is a row of.
  [[nodiscard]] const std::filesystem::path& picture() const { return pictures_[loaded_]; }

 private:
  /// Makes the picture that holds `number`, or the first after it, the loaded one; false past the last.
  bool load(std::uint64_t number);
  bool open(std::size_t picture);

  std::vector<std::filesystem::path> pictures_;
  LogOptions options_;
  LogDescription description_;
  FaultCounter faults_;
  std::vector<std::uint64_t> first_pings_;  ///< Of each picture met so far, and of the one after them.
  std::size_t loaded_;
  Picture intensity_;
  std::uint32_t nadir_ = 0;
  std::optional<std::uint64_t> total_;
  std::uint64_t next_number_ = 0;
  std::size_t row_ = 0;
  PingPair current_;
};

/// The pictures of a folder in the order of their names, numbers by value. Not recursive.
[[nodiscard]] std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder);

}  // namespace towfish
