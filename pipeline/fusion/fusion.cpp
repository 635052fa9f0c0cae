#include "pipeline/fusion/fusion.hpp"

#include <cmath>
#include <future>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/chip_picture.hpp"
#include "pipeline/fusion/fusion_state.hpp"
#include "pipeline/fusion/seabed_map.hpp"

namespace towfish {

Fusion::Fusion(const FusionSettings& settings, Store& store) : settings_(settings), store_(store) {
  rebuild();
}

Fusion::~Fusion() = default;

void Fusion::rebuild() {
  const auto folder = std::filesystem::absolute(store_.file()).parent_path();
  state_ = std::make_unique<FusionState>(settings_, folder);
  newest_.reset();
  Store::Change change(store_);
  change.clear_contacts();
  store_.for_each_frame([&](std::uint64_t sequence, Side side, const FrameReportView& view) {
    state_->take(sequence, side, view);
    newest_ = {sequence, side};
    relieve(change);
  });
  state_->write(change);
  change.commit();
  stale_ = false;
  disordered_ = false;
}

/// Writes and puts aside, once there is enough of it.
void Fusion::relieve(Store::Change& change) {
  constexpr std::size_t kMostChanges = 20'000;
  ContactBook& book = state_->book();
  if (book.changes() < kMostChanges && !book.is_full()) return;
  state_->write(change);
  state_->settle();
}

void Fusion::fuse_in_bulk() {
  if (stale_) rebuild();
  bulk_.emplace(store_);
}

void Fusion::fuse(std::uint64_t sequence, const FrameReportView* port, const FrameReportView* starboard) {
  if (sequence >= Store::kMaxSequence) {
    ++counters_.refused_frames;
    return;
  }
  if (port == nullptr || starboard == nullptr) ++counters_.missing_sides;
  if (bulk_) {
    take(*bulk_, sequence, port, starboard);
    return relieve(*bulk_);
  }
  if (stale_) rebuild();
  stale_ = true;  // Until what follows is in the store.
  Store::Change change(store_);
  take(change, sequence, port, starboard);
  state_->write(change);
  change.commit();
  state_->settle();
  stale_ = false;
}

void Fusion::take(Store::Change& change, std::uint64_t sequence, const FrameReportView* port,
                  const FrameReportView* starboard) {
  if (port != nullptr) take(change, sequence, Side::port, *port);
  if (starboard != nullptr) take(change, sequence, Side::starboard, *starboard);
}

void Fusion::take(Store::Change& change, std::uint64_t sequence, Side side, const FrameReportView& view) {
  if (!change.add_frame(sequence, side, view)) {
    ++counters_.duplicate_frames;
    return;
  }
  const Place place{sequence, side};
  if (newest_ && place < *newest_) {
    ++counters_.late_frames;
    disordered_ = true;
  } else {
    newest_ = place;
  }
  state_->take(sequence, side, view);
}

void Fusion::rest() noexcept {
  store_.relieve_log();
}

void Fusion::finish() {
  if (bulk_) {
    state_->write(*bulk_);
    bulk_->commit();
    bulk_.reset();
  }
  if (stale_ || disordered_) rebuild();
  stale_ = true;
  Store::Change change(store_);
  state_->finish();
  state_->write(change);
  const Coverage& coverage = state_->coverage();
  auto holes = std::async(std::launch::async, [&] {
    const SeabedMap map(coverage, settings_);
    figures_ = map.figures();
    return map.holes();
  });
  draw_chips(store_, change);
  Survey survey{.swaths = coverage.swaths(), .holes = {}, .track = coverage.track()};
  survey.holes = holes.get();
  change.put(survey);
  write_figures();
  change.commit();
  stale_ = false;
}

/// As the fact "coverage", for those who have the file only.
void Fusion::write_figures() {
  const nlohmann::ordered_json figures = {{"covered_m2", std::round(figures_.covered_m2)},
                                          {"good_m2", std::round(figures_.good_m2)},
                                          {"twice_m2", std::round(figures_.twice_m2)},
                                          {"holes_m2", std::round(figures_.holes_m2)},
                                          {"residual_risk", std::round(figures_.residual_risk * 1e4) / 1e4},
                                          {"cell_m", figures_.cell_m}};
  store_.set_fact("coverage", figures.dump());
}

FusionCounters Fusion::counters() const {
  FusionCounters all = counters_;
  const FusionState::Counts& counts = state_->counts();
  all.frames = counts.frames;
  all.detections = counts.detections;
  all.looks = counts.looks;
  all.resightings = counts.resightings;
  all.invalid_detections = counts.invalid_detections;
  const ContactBook& book = state_->book();
  all.contacts = book.contacts();
  all.milec = book.of_class(ContactClass::milec);
  all.milco = book.of_class(ContactClass::milco);
  all.nombo = book.of_class(ContactClass::nombo);
  const NavigationFaults& navigation = state_->navigation_faults();
  all.navigation_missing = navigation.missing;
  all.navigation_interpolated = navigation.interpolated;
  all.navigation_jumps = navigation.jumps;
  all.navigation_repeated = navigation.repeated;
  all.clock_jumps = navigation.clock_jumps;
  return all;
}

}  // namespace towfish
