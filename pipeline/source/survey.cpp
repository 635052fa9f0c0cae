#include "pipeline/source/survey.hpp"

#include <algorithm>
#include <utility>

namespace towfish::source {

std::uint64_t count_pings(PingSource& source) {
  if (const auto known = source.size()) return *known;
  std::uint64_t count = 0;
  source.seek(0);
  while (const PingPair* pair = source.next()) count = pair->ping.number + 1;
  return count;
}

Survey::Survey(std::vector<std::unique_ptr<PingSource>> parts) : parts_(std::move(parts)) {}

const PingPair* Survey::next() {
  for (;;) {
    if (const PingPair* pair = parts_[current_]->next()) {
      pair_ = *pair;
      next_of_current_ = std::max(next_of_current_, pair->ping.number + 1);
      pair_.ping.number += first_of_current_;
      return &pair_;
    }
    if (current_ + 1 == parts_.size()) return nullptr;
    first_of_current_ += next_of_current_;
    next_of_current_ = 0;
    ++current_;
  }
}

void Survey::read_trace(Side side, std::span<std::uint16_t> out) {
  parts_[current_]->read_trace(side, out);
}

void Survey::seek(std::uint64_t number) {
  first_of_current_ = 0;
  for (current_ = 0; current_ + 1 < parts_.size(); ++current_) {
    const std::uint64_t pings = count_pings(*parts_[current_]);
    if (number < first_of_current_ + pings) break;
    first_of_current_ += pings;
  }
  next_of_current_ = number - first_of_current_;
  parts_[current_]->seek(next_of_current_);
  for (std::size_t later = current_ + 1; later < parts_.size(); ++later) parts_[later]->seek(0);
}

std::optional<std::uint64_t> Survey::size() const {
  std::uint64_t sum = 0;
  for (const auto& part : parts_) {
    const auto pings = part->size();
    if (!pings) return std::nullopt;
    sum += *pings;
  }
  return sum;
}

std::vector<Fault> Survey::faults() const {
  std::vector<Fault> sum;
  for (const auto& part : parts_) {
    for (Fault& fault : part->faults()) {
      const auto same =
          std::find_if(sum.begin(), sum.end(), [&](const Fault& f) { return f.kind == fault.kind; });
      if (same == sum.end()) {
        sum.push_back(std::move(fault));
      } else {
        same->count += fault.count;
      }
    }
  }
  return sum;
}

}  // namespace towfish::source
