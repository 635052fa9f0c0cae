#include "pipeline/batch/merge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <system_error>
#include <utility>

#include "pipeline/batch/report_file.hpp"

namespace towfish::batch {

namespace {

/// Pings between logs that were not recorded in one go: more than a look may grow over.
constexpr std::uint64_t kGapPings = 1'000'000;
static_assert(kGapPings % kStepPings == 0);
constexpr std::int64_t kContinues_ns = 5'000'000'000;

class Merger {
 public:
  Merger(Store& store, const FusionSettings& settings) : store_(store), fusion_(settings, store) {
    fusion_.fuse_in_bulk();
  }

  void begin(const std::string& log) {
    log_ = log;
    fresh_ = true;
  }

  /// Takes what the report holds and leaves an old one instead.
  void add(KeptReport& report) {
    const auto side = static_cast<Side>(report.report.frame.side);
    if (fresh_) place(report.report);
    shift(report);
    report.report.frame.sequence = sequence_;
    std::swap(pair_[index(side)], report);
    if (side == Side::starboard) fuse();
  }

  MergeCounts finish() {
    fusion_.finish();
    counts_.fusion = fusion_.counters();
    return counts_;
  }

 private:
  /// Decides where the pings of a log begin, from its first report.
  void place(const FrameReport& first) {
    fresh_ = false;
    const std::int64_t time = first.first.time_utc_ns;
    const bool known = time != kUnknownTime && last_time_ns_ != kUnknownTime;
    const bool continues = known && time >= last_time_ns_ && time - last_time_ns_ <= kContinues_ns;
    const std::uint64_t next_step = (next_ping_ + kStepPings - 1) / kStepPings * kStepPings;
    base_ = next_step + (next_ping_ == 0 || continues ? 0 : kGapPings);
    store_.set_source(base_, log_);
  }

  void shift(KeptReport& kept) const {
    if ((kept.report.flags & FrameReport::kEnd) == 0) {
      kept.report.first.number += base_;
      kept.report.last.number += base_;
    }
    for (Ping& ping : kept.seams) ping.number += base_;
    for (Detection& detection : kept.detections) {
      detection.ping += base_;
      detection.first_ping += base_;
      detection.last_ping += base_;
      detection.at.number += base_;
    }
  }

  void fuse() {
    const FrameReport& report = pair_[0].report;
    const FrameReportView port = pair_[0].view();
    const FrameReportView starboard = pair_[1].view();
    fusion_.fuse(sequence_, &port, &starboard);
    ++sequence_;
    if ((report.flags & FrameReport::kEnd) != 0) return;
    ++counts_.frames;
    counts_.pings += report.frame.pings;
    next_ping_ = report.last.number + 1;
    if (report.last.time_utc_ns != kUnknownTime) last_time_ns_ = report.last.time_utc_ns;
  }

  Store& store_;
  Fusion fusion_;
  MergeCounts counts_;
  std::string log_;
  bool fresh_ = true;
  std::array<KeptReport, 2> pair_;
  std::uint64_t sequence_ = 0;
  std::uint64_t base_ = 0;
  std::uint64_t next_ping_ = 0;
  std::int64_t last_time_ns_ = kUnknownTime;
};

void remove_store(const std::filesystem::path& store) {
  for (const char* end : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::path file = store;
    file += end;
    std::filesystem::remove(file);
  }
}

}  // namespace

void sort_for_merging(std::vector<LogReports>& logs) {
  std::ranges::sort(logs, [](const LogReports& a, const LogReports& b) {
    const bool a_knows = a.first_time_ns != kUnknownTime;
    const bool b_knows = b.first_time_ns != kUnknownTime;
    if (a_knows != b_knows) return a_knows;
    if (a.first_time_ns != b.first_time_ns) return a.first_time_ns < b.first_time_ns;
    return a.name < b.name;
  });
}

struct Merge::Parts {
  Parts(const std::filesystem::path& file, const FusionSettings& settings)
      : store(file, Store::Mode::bulk), merger(store, settings) {}

  Store store;
  Merger merger;
};

Merge::Merge(const FusionSettings& settings, std::filesystem::path store)
    : store_(std::move(store)), unfinished_(store_) {
  unfinished_ += ".part";
  remove_store(unfinished_);
  parts_ = std::make_unique<Parts>(unfinished_, settings);
}

Merge::~Merge() {
  if (parts_ == nullptr) return;
  parts_.reset();
  try {
    remove_store(unfinished_);
  } catch (const std::filesystem::filesystem_error&) {  // Left for the next merge to replace.
  }
}

void Merge::begin(const std::string& log) {
  parts_->merger.begin(log);
}

void Merge::add(const std::filesystem::path& reports) {
  read_reports(reports, [this](KeptReport& report) { parts_->merger.add(report); });
}

MergeCounts Merge::finish() {
  const MergeCounts counts = parts_->merger.finish();
  parts_->store.seal();
  parts_.reset();
  remove_store(store_);
  std::filesystem::rename(unfinished_, store_);
  return counts;
}

bool merge(const std::vector<LogReports>& logs, const FusionSettings& settings,
           const std::filesystem::path& file, MergeCounts& counts,
           const std::function<bool(std::size_t log)>& tick) {
  Merge all(settings, file);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (!tick(i)) return false;
    all.begin(logs[i].name);
    for (const auto& part : logs[i].files) all.add(part);
  }
  counts = all.finish();
  return true;
}

}  // namespace towfish::batch
