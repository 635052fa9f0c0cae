#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/nats/nats.hpp"

namespace towfish::shore {

struct StationOptions {
  nats::Address nats;
  std::vector<std::string> vehicles;  ///< Their names, which are also their leaf nodes' JetStream domains.
  std::filesystem::path out;
  std::string address = "127.0.0.1";  ///< Where the page is served.
  std::optional<std::uint16_t> port;  ///< 0: one that is free; none: no page.
};

/// Takes in what vehicles say, each in the order in which it was said, until a signal comes; serves the page
/// meanwhile. What was taken in is acknowledged when it is in the store. Started again with the same `out` it
/// goes on where it was. Exit status. Throws UsageError, InputError, StoreError.
int run_station(const StationOptions& options);

}  // namespace towfish::shore
