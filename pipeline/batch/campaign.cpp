#include "pipeline/batch/campaign.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <random>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "pipeline/batch/copies.hpp"
#include "pipeline/contacts/escape.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::batch {

namespace fs = std::filesystem;

namespace {

std::uint64_t chunks_in(std::uint64_t bytes) noexcept {
  return (bytes + kChunkBytes - 1) / kChunkBytes;
}

std::uint64_t share_of(const LogRow& log) noexcept {
  return log.stamp.size / std::max<std::size_t>(log.stretches.size(), 1);
}

std::vector<std::uint64_t> all_chunks(const LogRow& log) {
  std::vector<std::uint64_t> chunks;
  for (const StretchRow& row : log.stretches)
    chunks.insert(chunks.end(), row.chunks.begin(), row.chunks.end());
  return chunks;
}

std::uint64_t random_number() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

/// What killed workers were writing.
void remove_unfinished(const fs::path& reports) {
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::recursive_directory_iterator(reports))
    if (entry.path().extension() == ".part") unfinished.push_back(entry.path());
  for (const fs::path& file : unfinished) fs::remove(file);
}

bool waits(const StretchRow& row) noexcept {
  return row.state == StretchState::waiting;
}

/// Logs are scanned in the order in which they are merged. Nothing can be merged before it is known which
/// comes first.
std::int64_t rank_of(const LogRow& log) noexcept {
  if (log.size.first_time_ns != kUnknownTime) return log.size.first_time_ns;
  const bool may_tell = waits(log.stretches.front());
  return may_tell ? Schedule::kUrgent : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

Campaign::Campaign(CampaignSettings settings, const std::vector<FoundFile>& files)
    : settings_(std::move(settings)), run_(random_number()), ledger_(settings_.out / "ledger.sqlite") {
  if (settings_.afresh) ledger_.clear();
  const std::string known = ledger_.settings();
  if (!known.empty() && known != settings_.detection) {
    throw UsageError(fmt::format(
        "{}: was begun with other detector settings; give another --out, or --afresh to do it all again",
        settings_.out.string()));
  }
  ledger_.set_settings(settings_.detection);
  take_up(files);
  std::error_code error;
  fs::create_directories(settings_.out / "reports", error);
  if (error) throw InputError(fmt::format("{}: {}", (settings_.out / "reports").string(), error.message()));
  remove_unfinished(settings_.out / "reports");
  for (std::size_t i = 0; i < logs_.size(); ++i) wait_for(i);
  bytes_before_ = standing().bytes_done;
}

void Campaign::take_up(const std::vector<FoundFile>& files) {
  std::unordered_map<std::string, LogRow> known;
  for (LogRow& log : ledger_.logs()) known.emplace(log.path, std::move(log));
  for (const FoundFile& file : files) {
    const auto stamp = stamp_of(file.path);
    if (!stamp) continue;  // Gone since it was found.
    LogRow log;
    if (const auto found = known.find(file.path.string()); found != known.end()) log = found->second;
    const bool is_new = log.id == 0;
    log.path = file.path.string();
    log.name = file.name;
    log.named_like_a_log = file.named_like_a_log;
    if (is_new) log.stamp = *stamp;
    compare(log, *stamp);
    logs_.push_back(std::move(log));
  }
  ledger_.put(logs_);
  for (std::size_t i = 0; i < logs_.size(); ++i) by_id_[logs_[i].id] = i;
}

void Campaign::compare(LogRow& log, const FileStamp& stamp) {
  const bool failed = log.state == LogState::failed || log.set_aside() > 0;
  if (log.stamp.size != stamp.size || (log.stamp != stamp && !log.done())) {
    begin_anew(log);
  } else if (log.stamp != stamp) {
    log.state = LogState::touched;
  } else if (failed && settings_.retry_failed) {
    if (log.state == LogState::failed) begin_anew(log);
    for (StretchRow& row : log.stretches) {
      if (row.state == StretchState::set_aside) row = {.stretch = row.stretch};
    }
  }
  log.stamp = stamp;
  log.changes = 0;
  if (log.done() && log.hash.empty()) log.hash = content_hash(all_chunks(log));  // Somebody died before that.
}

void Campaign::begin_anew(LogRow& log) {
  ++generation_;
  places_.erase(log.id);
  std::error_code ignored;
  for (std::size_t i = 0; i < log.stretches.size(); ++i) fs::remove(reports_of(log, i), ignored);
  log.stretches.clear();
  log.state = LogState::found;
  log.message.clear();
  log.hash.clear();
  log.size = {};
}

void Campaign::wait_for(std::size_t index) {
  LogRow& log = logs_[index];
  if (log.state == LogState::found && !escape::is_utf8(log.path))
    return fail(log, log.path + ": its name is not UTF-8, so it cannot be told to workers; rename it");
  if (log.state == LogState::found && log.stamp.size < settings_.whole_bytes) {
    cut(log);
    ledger_.put(log);
  }
  if (log.state == LogState::found || log.state == LogState::touched) looks_.push_back(index);
  if (log.state != LogState::cut) return;
  const auto& rows = log.stretches;
  for (auto from = std::ranges::find_if(rows, waits); from != rows.end();) {
    const auto to = std::find_if_not(from, rows.end(), waits);
    schedule_.add(index, static_cast<std::size_t>(from - rows.begin()),
                  static_cast<std::size_t>(to - rows.begin()), kind_of(log));
    from = std::find_if(to, rows.end(), waits);
  }
}

Schedule::Kind Campaign::kind_of(const LogRow& log) const noexcept {
  const auto length = static_cast<double>(settings_.cut.length(log.size.pings));
  return {.rank = rank_of(log),
          .weight = std::max<std::uint64_t>(share_of(log), 1),
          .beginning = static_cast<double>(settings_.memory_pings) / length};
}

void Campaign::cut(LogRow& log) const {
  const std::size_t count = settings_.cut.stretches(log.size.pings);
  log.stretches.assign(count, {});
  for (std::size_t i = 0; i < count; ++i) log.stretches[i].stretch = settings_.cut.stretch(i, log.size.pings);
  log.state = LogState::cut;
}

fs::path Campaign::reports_of(const LogRow& log, std::size_t stretch) const {
  constexpr std::uint64_t kFolder = 1000;
  return fmt::format("{}/reports/{}/{}-{}.reports", settings_.out.native(), log.id / kFolder, log.id,
                     stretch);
}

Job Campaign::job_for(const LogRow& log, std::size_t stretch) const {
  const std::uint64_t chunks = chunks_in(log.stamp.size);
  const std::uint64_t count = log.stretches.size();
  return {.run = run_,
          .log = log.id,
          .index = stretch,
          .version = log.stamp.modified_ns,
          .path = log.path,
          .bytes = log.stamp.size,
          .stretch = log.stretches[stretch].stretch,
          .reports = reports_of(log, stretch).string(),
          .chunks_first = chunks * stretch / count,
          .chunks_end = chunks * (stretch + 1) / count,
          .place = place_for(log, stretch)};
}

std::string Campaign::place_for(const LogRow& log, std::size_t stretch) const {
  const auto places = places_.find(log.id);
  const std::uint64_t before = settings_.memory_pings + 2 * Log::kNavigationWindow;
  const std::uint64_t first = log.stretches[stretch].stretch.first;
  if (places == places_.end() || first < before) return {};
  const auto after = places->second.upper_bound(first - before);
  return after == places->second.begin() ? std::string() : std::prev(after)->second;
}

std::optional<Job> Campaign::next_job(std::size_t worker) {
  if (!looks_.empty()) {
    const LogRow& log = logs_[looks_.front()];
    looks_.pop_front();
    under_way_.insert({log.id, Job::kNoStretch});
    const bool to_hash = log.state == LogState::touched;
    return Job{.run = run_,
               .log = log.id,
               .index = Job::kNoStretch,
               .kind = Job::Kind::look,
               .version = log.stamp.modified_ns,
               .path = log.path,
               .bytes = log.stamp.size,
               .chunks_end = to_hash ? chunks_in(log.stamp.size) : 0};
  }
  const auto place = schedule_.next(worker);
  if (!place) return std::nullopt;
  Job job = job_for(logs_[place->log], place->index);
  under_way_.insert({job.log, job.index});
  std::error_code ignored;
  fs::create_directories(fs::path(job.reports).parent_path(), ignored);
  return job;
}

std::optional<fs::path> Campaign::expected_reports(const Answer& answer) const {
  const auto known = by_id_.find(answer.log);
  if (answer.run != run_) return std::nullopt;
  if (known == by_id_.end() || logs_[known->second].stamp.modified_ns != answer.version) return std::nullopt;
  if (!under_way_.contains({answer.log, answer.index})) return std::nullopt;
  return reports_of(logs_[known->second], answer.index);
}

void Campaign::answered(std::size_t worker, const Answer& answer) {
  if (!expected_reports(answer)) return;
  under_way_.erase({answer.log, answer.index});
  LogRow& log = logs_[index_of(answer.log)];
  const bool look = answer.index == Job::kNoStretch;
  const bool deadly = answer.kind == Answer::Kind::deadly;
  if (!look && log.state != LogState::cut) return;  // Given up meanwhile.
  if (answer.kind == Answer::Kind::unreadable) {
    fail(log, answer.message);
  } else if (answer.kind == Answer::Kind::unseen) {
    unseen(worker, log, answer);
  } else if (deadly || answer.kind == Answer::Kind::failed) {
    if (look) {
      if (deadly) look_deaths_[log.id] = kFatalDeaths - 1;
      look_failed(log, answer.message);
    } else {
      if (deadly) log.stretches.at(answer.index).deaths = kFatalDeaths - 1;
      strike(log, answer.index, answer.message, worker);
    }
  } else if (look) {
    looked(log, answer);
  } else {
    scanned(log, answer);
  }
}

void Campaign::looked(LogRow& log, const Answer& answer) {
  if (log.state == LogState::touched && answer.message == log.hash) {
    log.state = LogState::cut;
    ledger_.put(log);
    return;
  }
  begin_anew(log);
  log.size = answer.size;
  cut(log);
  ledger_.put(log);
  wait_for(index_of(log.id));
}

void Campaign::scanned(LogRow& log, const Answer& answer) {
  StretchRow& row = log.stretches.at(answer.index);
  row.state = StretchState::done;
  row.result = answer.result;
  row.chunks = answer.chunks;
  row.message.clear();
  if (answer.index == 0 && log.size.first_time_ns == kUnknownTime) {
    log.size.first_time_ns = answer.result.first_time_ns;
  }
  pings_ += answer.result.pings;
  if (!answer.place.empty()) places_[log.id][answer.place_ping] = answer.place;
  ledger_.put(log, answer.index);
  if (log.done()) complete(log);
}

void Campaign::complete(LogRow& log) {
  places_.erase(log.id);
  if (stamp_of(log.path) != log.stamp) return changed(log);
  log.hash = content_hash(all_chunks(log));
  ledger_.put(log, 0);
}

/// While it was read.
void Campaign::changed(LogRow& log) {
  const auto stamp = stamp_of(log.path);
  if (!stamp || ++log.changes >= kMostChanges) {
    return fail(log, log.path + (stamp ? ": keeps changing while it is read" : ": is gone"));
  }
  spdlog::warn("{} changed while it was read: once more", log.name);
  schedule_.drop(index_of(log.id));
  std::erase_if(under_way_, [&](const auto& job) { return job.first == log.id; });  // Of what was before.
  begin_anew(log);
  log.stamp = *stamp;
  ledger_.put(log);
  wait_for(index_of(log.id));
}

/// Somebody else may see it; what nobody can see any more has failed.
void Campaign::unseen(std::size_t worker, LogRow& log, const Answer& answer) {
  schedule_.stop(worker);
  if (stamp_of(log.path) != log.stamp) return changed(log);
  spdlog::warn("a worker does not see {} as it is: {}", log.name, answer.message);
  const std::size_t index = index_of(log.id);
  if (answer.index == Job::kNoStretch) {
    looks_.push_back(index);
  } else {
    schedule_.add(index, answer.index, answer.index + 1, kind_of(log));
  }
}

void Campaign::fail(LogRow& log, const std::string& message) {
  schedule_.drop(index_of(log.id));
  begin_anew(log);
  log.state = log.named_like_a_log ? LogState::failed : LogState::no_log;
  log.message = message;
  ledger_.put(log);
  if (log.named_like_a_log) spdlog::error("{}", message);
}

void Campaign::died(std::size_t worker, const Job& job, const std::string& how) {
  under_way_.erase({job.log, job.index});
  ++deaths_;
  schedule_.stop(worker);
  LogRow& log = logs_[index_of(job.log)];
  spdlog::warn("a worker {} over {}", how, log.name);
  if (job.kind == Job::Kind::scan) return strike(log, job.index, how, worker);
  look_failed(log, how);
}

void Campaign::look_failed(LogRow& log, const std::string& how) {
  if (++look_deaths_[log.id] < kFatalDeaths) {
    looks_.push_back(index_of(log.id));
    return;
  }
  log.named_like_a_log = true;  // Whatever it is, it has to be told.
  fail(log, fmt::format("{}: {} workers failed over it; the last: {}", log.path, kFatalDeaths, how));
}

void Campaign::strike(LogRow& log, std::size_t index, const std::string& how, std::size_t worker) {
  schedule_.stop(worker);
  if (log.state != LogState::cut || index >= log.stretches.size()) return;
  StretchRow& row = log.stretches[index];
  row.message = how;
  if (++row.deaths >= kFatalDeaths) {
    row.state = StretchState::set_aside;
    spdlog::error("{}: pings from {} on are set aside: {} workers failed over them; the last: {}", log.name,
                  row.stretch.first, kFatalDeaths, how);
  } else {
    schedule_.add(index_of(log.id), index, index + 1, kind_of(log));
  }
  ledger_.put(log, index);
}

bool Campaign::check_reports() {
  bool well = true;
  for (LogRow& log : logs_) {
    if (log.state != LogState::cut) continue;
    for (std::size_t i = 0; i < log.stretches.size(); ++i) {
      StretchRow& row = log.stretches[i];
      if (row.state != StretchState::done || is_whole(reports_of(log, i))) continue;
      spdlog::warn("{}: damaged or gone; made once more", reports_of(log, i).string());
      row = {.stretch = row.stretch};
      ++generation_;
      ledger_.put(log, i);
      schedule_.add(index_of(log.id), i, i + 1, kind_of(log));
      well = false;
    }
  }
  return well;
}

std::vector<LogReports> Campaign::reports() const {
  std::vector<LogReports> all;
  const Copies copies = find_copies(logs_);
  for (const LogRow& log : logs_) {
    if (copies.contains(log.id)) continue;
    LogReports reports{.name = log.name, .first_time_ns = log.size.first_time_ns, .files = {}};
    for (std::size_t i = 0; i < log.stretches.size(); ++i) {
      if (log.stretches[i].state == StretchState::done) reports.files.push_back(reports_of(log, i));
    }
    if (!reports.files.empty()) all.push_back(std::move(reports));
  }
  sort_for_merging(all);
  return all;
}

std::vector<LogReports> Campaign::first_reports() const {
  std::vector<LogReports> all;
  const Copies copies = find_copies(logs_);
  std::unordered_set<std::uint64_t> sizes;
  for (const LogRow& log : logs_) {
    const bool like_another = !sizes.insert(log.stamp.size).second;
    if (copies.contains(log.id)) continue;
    if (log.state == LogState::failed || log.state == LogState::no_log) continue;
    if (log.state != LogState::cut) return {};
    if (log.size.first_time_ns == kUnknownTime && waits(log.stretches.front())) return {};
    LogReports reports{.name = log.name, .first_time_ns = log.size.first_time_ns, .files = {}};
    for (std::size_t i = 0; i < log.stretches.size() && !waits(log.stretches[i]); ++i) {
      if (log.stretches[i].state == StretchState::done) reports.files.push_back(reports_of(log, i));
    }
    reports.complete = std::ranges::none_of(log.stretches, waits);
    if (!reports.complete && like_another) reports.files.clear();  // It may turn out to be a copy.
    all.push_back(std::move(reports));
  }
  sort_for_merging(all);
  const auto gap = std::ranges::find(all, false, &LogReports::complete);
  if (gap != all.end()) all.erase(std::next(gap), all.end());
  std::erase_if(all, [](const LogReports& log) { return log.files.empty(); });
  return all;
}

std::uint64_t Campaign::bytes_of(const Job& job) const {
  return job.kind == Job::Kind::look ? 0 : share_of(logs_[index_of(job.log)]);
}

Standing Campaign::standing() const {
  Standing standing;
  for (const LogRow& log : logs_) {
    if (log.state == LogState::no_log) continue;
    ++standing.logs;
    standing.bytes += log.stamp.size;
    const bool failed = log.state == LogState::failed;
    const std::size_t aside = log.set_aside();
    standing.logs_done += log.done() ? 1 : 0;
    standing.logs_failed += failed || aside > 0 ? 1 : 0;
    if (failed || log.done()) {
      standing.bytes_done += log.stamp.size;
      for (const StretchRow& row : log.stretches)
        for (const Fault& fault : row.result.faults) standing.faults += fault.count;
      continue;
    }
    const auto over = static_cast<std::size_t>(std::ranges::count_if(log.stretches, std::not_fn(waits)));
    standing.bytes_done += share_of(log) * over;
  }
  standing.copies = find_copies(logs_).size();
  standing.bytes_before = bytes_before_;
  standing.pings = pings_;
  standing.worker_deaths = deaths_;
  return standing;
}

}  // namespace towfish::batch
