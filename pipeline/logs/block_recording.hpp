#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "pipeline/logs/recording.hpp"

namespace towfish {

/// A log that is one file of blocks behind each other, each telling its own length: what the simpler formats
/// have in common. Finds the next block again after garbage, and brings two sides together where each has a
/// block of its own.
class BlockRecording : public Recording {
 public:
  BlockRecording(std::unique_ptr<LogFile> file, std::uint64_t first_block);

  [[nodiscard]] bool next(RecordedPing& out) override;
  [[nodiscard]] std::optional<Mark> mark() const override;
  void rewind(const Mark& mark) override;
  [[nodiscard]] std::vector<const LogFile*> files() const override { return {file_.get()}; }
  [[nodiscard]] std::uint64_t position() const override { return offset_; }
  [[nodiscard]] const LogDescription& description() const override { return description_; }

 protected:
  struct Block {
    std::uint64_t at = 0;
    std::uint64_t bytes = 0;  ///< Head and all.
  };
  /// The whole length of the block at `at` if one starts there; it may reach beyond the end of the file.
  [[nodiscard]] virtual std::optional<std::uint64_t> block_bytes(std::uint64_t at) = 0;
  /// Reads a block: fills in `out` where it holds one or both sides of a ping, or else returns false.
  [[nodiscard]] virtual bool read_block(const Block& block, RecordedPing& out) = 0;
  /// Whether two blocks of one side each belong to the same ping.
  [[nodiscard]] virtual bool same_ping(const RecordedPing& earlier, const RecordedPing& later) const;

  /// Sets one side; false, with a fault counted, where range or samples are absent or absurd.
  [[nodiscard]] bool place(Side side, const TraceBytes& trace, float first_edge_m, float spacing_m,
                           float frequency_khz, RecordedPing& out);
  [[nodiscard]] std::optional<Block> next_block();
  void describe(std::string format, const ChannelPair& pair);
  [[nodiscard]] FileWindow& window() noexcept { return window_; }
  [[nodiscard]] const LogFile& file() const noexcept { return *file_; }
  LogDescription description_;

 private:
  [[nodiscard]] std::optional<Block> block_at(std::uint64_t at);
  [[nodiscard]] bool leads_on(const Block& block);
  [[nodiscard]] std::optional<Block> resynchronise(std::uint64_t from, std::uint64_t until);

  std::unique_ptr<LogFile> file_;
  FileWindow window_;
  std::uint64_t first_block_;
  std::uint64_t offset_;
  std::optional<RecordedPing> waiting_;  ///< One side, whose other one may follow.
};

}  // namespace towfish
