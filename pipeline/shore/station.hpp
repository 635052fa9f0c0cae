#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/shore/shore_message.hpp"
#include "pipeline/shore/vehicle_table.hpp"

namespace towfish::shore {

/// What several vehicles said, in one contact store.
///
/// A contact keeps its number here whatever comes; `source_file` of the store names the vehicle, and `ping`
/// counts on from run to run as it does from log to log. Taking in the same message twice, or stopping
/// anywhere within it and taking it in again, changes nothing. The track of a vehicle is made of the places
/// that its health tells. Throws StoreError. Threads: any.
class Station {
 public:
  enum class Taken : std::uint8_t {
    fresh,      ///< It was new and is in the store, for good.
    repeated,   ///< It, or a later one of its run, had come before.
    malformed,  ///< It is no such message, or tells of too many contacts.
  };

  /// Of a run at most `most_track` places are kept; then every other one is left out.
  explicit Station(const std::filesystem::path& store, std::size_t most_track = 1000);

  Taken receive(const std::string& vehicle, std::string_view bytes);
  [[nodiscard]] std::vector<VehicleRun> runs();
  /// Of this store, and of no other: servers remember by it what it has.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// The store as one file; nothing can be asked or received any more.
  void seal();

 private:
  bool take(const VehicleRun& run, const ShoreMessage& message);
  bool put_contact(const VehicleRun& run, const ShoreMessage& message);
  void put_health(const VehicleRun& run, const std::string& health);

  std::mutex mutex_;
  Store store_;
  std::optional<VehicleTable> table_;  ///< None once sealed.
  Survey survey_;                      ///< Of which only the track is known.
  std::size_t most_track_;
  std::string name_;
};

}  // namespace towfish::shore
