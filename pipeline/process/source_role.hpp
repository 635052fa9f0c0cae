#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "pipeline/process/emitted_frames.hpp"
#include "pipeline/process/role.hpp"
#include "pipeline/process/wanted_recording.hpp"
#include "pipeline/shm/frame_slot.hpp"
#include "pipeline/sonar/ping_source.hpp"
#include "pipeline/source/pacer.hpp"
#include "pipeline/source/recorder.hpp"

namespace towfish::process {

/// What the source does when a ring is full.
enum class FullPolicy : std::uint8_t {
  refuse,  ///< Live: the pair is refused on both sides and counted; the source never waits.
  wait,    ///< Replay: every pair is emitted, however long that takes.
};

struct SourceRoleSettings {
  double speed = 1;  ///< 1 real time, source::Pacer::kUnpaced as fast as possible.
  std::int64_t max_gap_ns = 5'000'000'000;
  std::int64_t duration_ns = RoleWork::kNever;  ///< Ping time after which it ends by itself.
  std::uint64_t first_ping = 0;
  std::uint64_t end_ping =
      std::numeric_limits<std::uint64_t>::max();  ///< Number of the first ping not wanted.
  FullPolicy when_full = FullPolicy::refuse;
  /// Obeys the session's SourceControl. Only with FullPolicy::wait.
  bool steered = false;
  std::uint64_t detector_memory_pings = 0;  ///< Pings that bring a detector back to where it was.
};

/// Cuts pings into frame pairs and publishes them, filling the slots in place.
///
/// A frame is cut short when the traces change their geometry and at the end. A pair is published on both
/// sides or refused on both. After a death the successor finds in the segment how far its predecessor came
/// and goes on with the same pair; a side that had been published already is not published again.
///
/// Steered, it waits, hurries and goes to another ping as the session's control says. Ahead of what was
/// emitted it leaves pings out. Behind, it emits the same frames again under their old sequences: detectors
/// show them, but have reported them already. Before it goes on with new frames it emits those that a
/// detector remembers, so results are the same as without any looking back. Threads: one thread.
class SourceRole final : public RoleWork {
 public:
  /// `source` is positioned by this object. It ends when the source does, or when the row's `stop` is set.
  /// What is settled goes to `recorder` and to the recording that an operator wants, if there are any.
  SourceRole(shm::Session& session, PingSource& source, const SourceRoleSettings& settings,
             source::Recorder* recorder = nullptr, WantedRecording* wanted = nullptr);

  Step step() override;
  [[nodiscard]] bool ready() noexcept override;
  [[nodiscard]] std::int64_t wake_at_ns() const noexcept override;

 private:
  /// A side's end of the pair being filled.
  struct Lane {
    shm::RingWriter writer;
    TraceGeometry geometry;
    bool published = false;  ///< By a predecessor that died before it settled the pair.
  };

  bool wanted(const PingPair& pair) const noexcept;
  void fetch();
  [[nodiscard]] bool holds_back() const noexcept;
  bool fits(const PingPair& pair) const;
  void fill_row(const PingPair& pair);
  void accept();
  Step publish();
  void settle(bool refused);
  void record(bool refused);
  void tell_faults();
  Step end();
  void resume();

  // Steering: source_steering.cpp.
  [[nodiscard]] bool asked() const noexcept;
  void obey();
  void go_to(std::uint64_t ping);
  void emit_again(std::uint64_t sequence);
  void position_again();
  void settle_again();
  bool held() noexcept;
  [[nodiscard]] bool hurries(const Ping& ping) const noexcept;
  [[nodiscard]] bool told_to_stop() const noexcept {
    return session_.row(shm::Role::source).stop.load(std::memory_order_relaxed) != 0;
  }

  shm::Session& session_;
  PingSource& source_;
  SourceRoleSettings settings_;
  source::Recorder* recorder_;
  WantedRecording* wanted_recording_;
  source::Pacer pacer_;
  std::array<Lane, 2> lanes_;
  std::size_t most_pings_;
  shm::SourceProgress progress_;
  std::size_t target_rows_;  ///< Rows at which the pair is complete.
  std::size_t rows_ = 0;
  const PingPair* pair_ = nullptr;  ///< Fetched, not accepted yet.
  bool filled_ = false;             ///< Its traces are in the row.
  bool complete_ = false;           ///< The pair waits to be published.
  bool exhausted_ = false;
  std::int64_t due_ns_ = 0;
  std::int64_t fetch_at_ns_ = 0;  ///< Not before: the cores belong to the detectors after a publication.
  std::int64_t faults_told_ns_ = 0;

  EmittedFrames emitted_;
  std::uint64_t first_of_frame_ = 0;
  std::optional<std::uint64_t> again_;  ///< Sequence of the frame being emitted again; empty: all are new.
  std::uint64_t hurry_to_ = 0;          ///< Pings before this one, emitted again, are not paced.
  std::optional<std::uint64_t> then_;   ///< Ping to go to behind the last frame that was emitted.
  std::uint64_t source_at_ = 0;         ///< Ping that the source gives next when frames are emitted again.
  std::uint64_t seeks_;                 ///< Of the control: obeyed.
  std::uint64_t steps_;
  double speed_;
  bool paused_ = false;   ///< As of the last look.
  bool holding_ = false;  ///< Waits for the control.
};

}  // namespace towfish::process
