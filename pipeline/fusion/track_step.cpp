#include "pipeline/fusion/track_step.hpp"

#include <utility>

namespace towfish {

void for_each_part(std::uint64_t sequence, const FrameReportView& frame,
                   const std::function<void(const TrackStep&)>& visit) {
  TrackStep part;
  part.first_sequence = part.last_sequence = sequence;
  part.geometry = frame.report.frame.geometry;
  part.quarantined = (frame.report.flags & FrameReport::kQuarantined) != 0;
  part.first = frame.report.first;
  for (std::size_t i = 0; i + 1 < frame.seams.size(); i += 2) {
    part.last = frame.seams[i];
    visit(part);
    part.first = frame.seams[i + 1];
  }
  part.last = frame.report.last;
  visit(part);
}

void StepBuilder::add(const TrackStep& part, const Take& take) {
  if (part.last.number < next_ || part.last.number < part.first.number) return;
  const bool continues =
      open_ && open_->number() == part.number() && part.first_sequence - open_->last_sequence <= 1;
  if (continues) {
    open_->last = part.last;
    open_->last_sequence = part.last_sequence;
    open_->geometry = part.geometry;
    open_->quarantined = open_->quarantined || part.quarantined;
  } else {
    end(take);
    open_ = part;
  }
  next_ = part.last.number + 1;
  if (next_ % kStepPings == 0) end(take);
}

void StepBuilder::end(const Take& take) {
  if (const auto step = std::exchange(open_, std::nullopt)) take(*step);
}

}  // namespace towfish
