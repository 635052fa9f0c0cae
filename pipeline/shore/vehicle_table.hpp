#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/contacts/database.hpp"

namespace towfish::shore {

/// One run of one vehicle as a station knows it.
struct VehicleRun {
  std::uint64_t id = 0;  ///< 1, 2 ... in the order in which a station heard of them.
  std::string vehicle;
  std::int64_t run = 0;
  std::uint64_t last_number = 0;
  std::uint64_t messages = 0;
  std::uint64_t repeated = 0;  ///< Came again and were passed over.
  std::string heard_utc;       ///< When the last one came.
  std::string health;          ///< JSON, as it came last; empty before the first.
};

/// What a station has heard from whom, in tables `vehicle_runs` and `vehicle_contacts` of its contact store:
/// the numbers up to which messages have been taken in, and which contact of a vehicle is which of its own.
/// Throws StoreError. Threads: one thread.
class VehicleTable {
 public:
  static constexpr std::uint64_t kMostContacts = 10'000'000;

  /// The store must be there.
  explicit VehicleTable(const std::filesystem::path& store);

  /// The run, made on its first message.
  [[nodiscard]] VehicleRun run(const std::string& vehicle, std::int64_t run);
  /// The station's number of a vehicle's contact: always the same one. Empty when there are too many.
  [[nodiscard]] std::optional<std::uint64_t> contact(const VehicleRun& run, std::uint32_t contact);
  /// A message up to this number is taken in.
  void taken(const VehicleRun& run, std::uint64_t number);
  void repeated(const VehicleRun& run);
  void set_health(const VehicleRun& run, const std::string& health);
  [[nodiscard]] std::vector<VehicleRun> runs();

 private:
  Database database_;
};

}  // namespace towfish::shore
