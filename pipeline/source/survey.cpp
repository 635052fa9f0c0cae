#include "pipeline/source/survey.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/sonar/error.hpp"

namespace towfish::source {
namespace {

void add_up(std::vector<Fault>& sum, const std::vector<Fault>& more) {
  for (const Fault& fault : more) {
    const auto same =
        std::find_if(sum.begin(), sum.end(), [&](const Fault& f) { return f.kind == fault.kind; });
    if (same == sum.end()) {
      sum.push_back(fault);
    } else {
      same->count += fault.count;
    }
  }
}

/// Of the same log read twice: what either reading met.
void keep_most(std::vector<Fault>& known, const std::vector<Fault>& again) {
  for (const Fault& fault : again) {
    const auto same =
        std::find_if(known.begin(), known.end(), [&](const Fault& f) { return f.kind == fault.kind; });
    if (same == known.end()) {
      known.push_back(fault);
    } else {
      same->count = std::max(same->count, fault.count);
    }
  }
}

}  // namespace

std::uint64_t count_pings(PingSource& source) {
  if (const auto known = source.size()) return *known;
  std::uint64_t count = 0;
  source.seek(0);
  while (const PingPair* pair = source.next()) count = pair->ping.number + 1;
  return count;
}

Survey::Survey(std::vector<Open> parts) {
  for (Open& open : parts) parts_.push_back({std::move(open), std::nullopt, {}});
  log_ = parts_.front().open();
}

void Survey::leave() {
  if (log_) keep_most(parts_[current_].faults, log_->faults());
  log_.reset();
}

void Survey::enter(std::size_t part) {
  if (part == current_ && log_) return log_->seek(0);
  leave();
  current_ = part;
  try {
    log_ = parts_[part].open();
  } catch (const InputError&) {
    keep_most(parts_[part].faults, {{.kind = "log_unreadable", .count = 1}});
  } catch (const UsageError&) {  // such as a channel that only others have
    keep_most(parts_[part].faults, {{.kind = "log_unreadable", .count = 1}});
  }
}

std::uint64_t Survey::pings_of_current() {
  auto& pings = parts_[current_].pings;
  if (!pings) pings = log_ ? count_pings(*log_) : 0;
  return *pings;
}

const PingPair* Survey::next() {
  for (;;) {
    if (const PingPair* pair = log_ ? log_->next() : nullptr) {
      pair_ = *pair;
      pair_.ping.number += first_of_current_;
      return &pair_;
    }
    const std::uint64_t pings = pings_of_current();
    if (current_ + 1 == parts_.size()) return nullptr;
    first_of_current_ += pings;
    enter(current_ + 1);
  }
}

void Survey::read_trace(Side side, std::span<std::uint16_t> out) {
  log_->read_trace(side, out);
}

void Survey::seek(std::uint64_t number) {
  std::uint64_t first = 0;
  std::size_t part = 0;
  for (; part + 1 < parts_.size(); ++part) {
    if (!parts_[part].pings) {
      enter(part);
      (void)pings_of_current();
    }
    if (number < first + *parts_[part].pings) break;
    first += *parts_[part].pings;
  }
  enter(part);
  first_of_current_ = first;
  if (log_) log_->seek(number - first);
}

std::optional<std::uint64_t> Survey::find_time(std::int64_t time_utc_ns) {
  std::uint64_t first = 0;
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    enter(part);
    if (const auto found = log_ ? log_->find_time(time_utc_ns) : std::nullopt) return first + *found;
    first += pings_of_current();
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Survey::size() const {
  std::uint64_t sum = 0;
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    auto pings = parts_[part].pings;
    if (!pings && part == current_ && log_) pings = log_->size();
    if (!pings) return std::nullopt;
    sum += *pings;
  }
  return sum;
}

std::vector<Fault> Survey::faults() const {
  std::vector<Fault> sum;
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    std::vector<Fault> faults = parts_[part].faults;
    if (part == current_ && log_) keep_most(faults, log_->faults());
    add_up(sum, faults);
  }
  return sum;
}

std::unique_ptr<Survey> open_survey(const std::vector<std::filesystem::path>& files,
                                    const LogOptions& options) {
  std::vector<Survey::Open> parts;
  for (const auto& file : files) parts.emplace_back([file, options] { return open_log(file, options); });
  return std::make_unique<Survey>(std::move(parts));
}

}  // namespace towfish::source
