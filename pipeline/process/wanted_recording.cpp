#include "pipeline/process/wanted_recording.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <string>
#include <utility>

#include "pipeline/contacts/utc_text.hpp"

namespace towfish::process {

WantedRecording::WantedRecording(shm::Session& session, std::filesystem::path folder)
    : session_(session), folder_(std::move(folder)) {}

std::filesystem::path WantedRecording::file_name(std::int64_t asked_utc_ns) {
  std::string moment = utc_text(asked_utc_ns);
  std::erase_if(moment, [](char c) { return c == '-' || c == ':'; });
  return "recording-" + moment + ".xtf";
}

bool WantedRecording::under_way(std::uint64_t pings) {
  const std::int64_t wanted = session_.block().control.record_utc_ns.load(std::memory_order_acquire);
  if (recorder_ && wanted != asked_utc_ns_) end();
  if (!recorder_ && wanted != 0) begin(wanted, pings);
  return recorder_.has_value();
}

void WantedRecording::begin(std::int64_t asked_utc_ns, std::uint64_t pings) {
  shm::SourceControl& control = session_.block().control;
  // Told already: by a predecessor that died while it recorded.
  const bool continued = control.recording_utc_ns.load(std::memory_order_acquire) == asked_utc_ns;
  if (!continued) control.recording_from.store(pings, std::memory_order_relaxed);
  const std::uint64_t kept = pings - control.recording_from.load(std::memory_order_relaxed);
  asked_utc_ns_ = asked_utc_ns;
  try {
    recorder_.emplace(folder_ / file_name(asked_utc_ns), "towfish simulator", kept);
    control.recording_utc_ns.store(asked_utc_ns, std::memory_order_release);
  } catch (const std::exception& error) {
    spdlog::error("no recording: {}", error.what());
    give_up();
  }
}

void WantedRecording::record(const FrameView& port, const FrameView& starboard) {
  recorder_->record(port, starboard);
  if (recorder_->failed()) give_up();
}

void WantedRecording::end() {
  if (!recorder_) return;
  recorder_->close();
  if (recorder_->failed()) return give_up();
  recorder_.reset();
  session_.block().control.recording_utc_ns.store(0, std::memory_order_release);
}

// What was asked for later than this recording stays asked for.
void WantedRecording::give_up() {
  recorder_.reset();
  shm::SourceControl& control = session_.block().control;
  control.recording_utc_ns.store(0, std::memory_order_release);
  std::int64_t asked = asked_utc_ns_;
  control.record_utc_ns.compare_exchange_strong(asked, 0);
  shm::count_fault(session_.row(shm::Role::source), "recording_failed", 0);
}

}  // namespace towfish::process
