#include "pipeline/dashboard/row_feed.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <limits>

namespace towfish::dashboard {

static_assert(std::endian::native == std::endian::little);

namespace {

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

double milliseconds(std::int64_t time_ns) {
  return time_ns == kUnknownTime ? std::numeric_limits<double>::quiet_NaN()
                                 : static_cast<double>(time_ns) * 1e-6;
}

void put(std::string& out, Side side, const ViewRow& row, std::int64_t now_ns) {
  put(out, static_cast<std::uint32_t>(index(side)));
  put(out, row.columns);
  put(out, static_cast<double>(row.ping));
  put(out, milliseconds(row.time_utc_ns));
  put(out, row.latitude_deg);
  put(out, row.longitude_deg);
  put(out, row.heading_deg);
  put(out, row.altitude_m);
  put(out, row.first_edge_m);
  put(out, row.column_m);
  put(out, row.samples_per_column);
  put(out, static_cast<float>(static_cast<double>(now_ns - row.published_ns) * 1e-6));
  out.append(reinterpret_cast<const char*>(row.pixels.data()), row.columns);
  out.resize((out.size() + 7) / 8 * 8);
}

}  // namespace

RowFeed::RowFeed(const shm::Session& session) : session_(session) {
  for (const Side side : kSides) {
    const std::uint64_t written = session.view(side).written();
    next_[index(side)] = written - std::min(written, kHistory);
    history_end_[index(side)] = written;
  }
}

std::optional<Message> RowFeed::next() {
  const std::int64_t now_ns = shm::monotonic_ns();
  std::string out;
  std::uint32_t rows = 0;
  for (const Side side : kSides) {
    const shm::ViewRing& ring = session_.view(side);
    std::uint64_t& next = next_[index(side)];
    const std::uint64_t written = ring.written();
    if (written > next + kMostBehind && next >= history_end_[index(side)]) {
      skipped_ += written - kSkipTo - next;
      next = written - kSkipTo;
    }
    const std::uint64_t end = std::min(written, next + kMostRows);
    ViewRow row;
    for (; next < end; ++next) {
      if (!ring.read(next, row)) {  // Overwritten meanwhile.
        ++skipped_;
        continue;
      }
      if (out.empty()) {
        put(out, std::uint32_t{1});
        put(out, std::uint32_t{0});
        put(out, static_cast<double>(std::chrono::system_clock::now().time_since_epoch() /
                                     std::chrono::microseconds(1)) *
                     1e-3);
      }
      put(out, side, row, now_ns);
      ++rows;
    }
  }
  if (rows == 0) return std::nullopt;
  std::copy_n(reinterpret_cast<const char*>(&rows), sizeof rows, out.begin() + sizeof(std::uint32_t));
  return Message{.binary = true, .data = std::make_shared<const std::string>(std::move(out))};
}

}  // namespace towfish::dashboard
