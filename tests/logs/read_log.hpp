#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/logs/log.hpp"

namespace towfish {

/// A ping with its samples, copied out of a log.
struct ReadPing {
  PingPair pair;
  std::vector<std::uint16_t> port;
  std::vector<std::uint16_t> starboard;

  /// Every byte of what was read, for comparing.
  [[nodiscard]] std::string bytes() const {
    const auto raw = [](const auto& value) {
      return std::string(reinterpret_cast<const char*>(&value), sizeof value);
    };
    const auto samples = [](const auto& trace) {
      return std::string(reinterpret_cast<const char*>(trace.data()), trace.size() * 2);
    };
    return raw(pair.ping) + raw(pair.geometry[0]) + raw(pair.geometry[1]) + samples(port) +
           samples(starboard);
  }
};

inline ReadPing read_current(Log& log, const PingPair& pair) {
  ReadPing ping{pair, std::vector<std::uint16_t>(pair.geometry[0].samples),
                std::vector<std::uint16_t>(pair.geometry[1].samples)};
  if (!ping.port.empty()) log.read_trace(Side::port, ping.port);
  if (!ping.starboard.empty()) log.read_trace(Side::starboard, ping.starboard);
  return ping;
}

inline std::vector<ReadPing> read_all(Log& log) {
  std::vector<ReadPing> pings;
  while (const PingPair* pair = log.next()) pings.push_back(read_current(log, *pair));
  return pings;
}

inline std::uint64_t fault_count(const Log& log, std::string_view kind) {
  const auto faults = log.faults();
  const auto found =
      std::find_if(faults.begin(), faults.end(), [&](const Fault& f) { return f.kind == kind; });
  return found == faults.end() ? 0 : found->count;
}

}  // namespace towfish
