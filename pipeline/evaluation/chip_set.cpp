#include "pipeline/evaluation/chip_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>

namespace towfish::evaluation {

namespace {

constexpr const char* name_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::hit:
      return "hit";
    case Verdict::again:
      return "again";
    case Verdict::false_alarm:
      return "false_alarm";
    default:
      return "ignored";
  }
}

}  // namespace

ChipSet::ChipSet(const std::filesystem::path& folder) : folder_(folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  pixels_.open(folder / "chips.u8", std::ios::binary);
  table_.open(folder / "chips.csv");
  table_ << "source,side,ping,sample,slant_range_m,altitude_m,verdict,confidence,targets\n";
  if (!pixels_ || !table_) throw std::runtime_error(folder.string() + ": chips cannot be written there");
}

void ChipSet::add(const Trial& trial, const Scoreboard& board, const std::string& source) {
  const auto verdicts = board.verdicts();
  const std::size_t first = verdicts.size() - trial.detections.size();
  for (std::size_t i = 0; i < trial.chips.size(); ++i) {
    const Detection& d = trial.detections[i];
    const Chip& chip = trial.chips[i];
    pixels_.write(reinterpret_cast<const char*>(chip.pixels), sizeof chip.pixels);
    const ScoredDetection& scored = board.detections()[first + i];
    table_ << fmt::format("{},{},{},{},{:.2f},{:.2f},{},{:.5f},{}\n", source, name(d.side), d.ping, d.sample,
                          d.slant_range_m, d.altitude_m, name_of(verdicts[first + i]), scored.confidence,
                          fmt::join(scored.targets, " "));
  }
  if (!pixels_.flush() || !table_.flush())
    throw std::runtime_error(folder_.string() + ": chips cannot be written there");
}

}  // namespace towfish::evaluation
