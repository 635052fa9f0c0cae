#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/contacts/database.hpp"
#include "pipeline/contacts/survey.hpp"
#include "pipeline/sonar/contact.hpp"
#include "pipeline/sonar/frame_report.hpp"

namespace towfish {

/// What is known of a survey, in one OGC GeoPackage file (SQLite): contacts, their looks, the frame reports
/// they came from, coverage, track, chips and figures. QGIS opens it as it is.
///
/// SIGKILL at any moment leaves a valid file (write-ahead log); opening it again continues it. What a Change
/// wrote is there for good, as far as processes go, when commit() returns. After a power cut the last changes
/// may be missing, but the file is whole. Every function throws StoreError. Threads: one thread; others may
/// open the same file to read.
class Store {
 public:
  enum class Mode : std::uint8_t {
    read,   ///< The file must exist.
    write,  ///< Made if it does not exist.
    bulk,   ///< A new file, written at one go; of no use unless it was sealed. Nothing is rolled back.
  };
  Store(const std::filesystem::path& file, Mode mode);
  Store(Store&&) noexcept;
  ~Store();

  /// All or nothing: what a pair of frames changes. Rolled back at the end of the scope unless committed.
  class Change {
   public:
    explicit Change(Store& store);
    /// Keeps a report with its detections and chips; false if this side's frame is there already.
    [[nodiscard]] bool add_frame(std::uint64_t sequence, Side side, const FrameReportView& view);
    void put(const Look& look);
    void put(const Contact& contact);
    void remove_look(std::uint64_t id);
    void remove_contact(std::uint64_t id);
    /// Removes all contacts and looks, to be put again.
    void clear_contacts();
    /// Replaces coverage, holes and track.
    void put(const Survey& survey);
    void put_chip(std::uint64_t contact, std::span<const std::uint8_t> png);
    void commit();

   private:
    Store& store_;
    Transaction transaction_;
  };

  /// Key of the detection `index` of a report; Look::detection holds it.
  static std::uint64_t detection_key(std::uint64_t sequence, Side side, std::size_t index) noexcept;
  static constexpr std::uint64_t kMaxSequence = 1ULL << 48;
  static constexpr std::size_t kMaxDetections = 4096;  ///< Of one report; further ones are not kept.

  /// All reports kept, in order of sequence, port first. The view is valid during the call.
  void for_each_frame(const std::function<void(std::uint64_t sequence, Side, const FrameReportView&)>& visit);
  /// In order of their ids. `looks` holds ids; `best` what the contact's row knows of it.
  void for_each_contact(const std::function<void(const Contact&)>& visit);
  /// The looks of one contact, by id.
  void for_each_look(std::uint64_t contact, const std::function<void(const Look&)>& visit);
  /// The pictures that put_chip() has put, in order of the contacts' ids.
  void for_each_chip(
      const std::function<void(std::uint64_t contact, std::span<const std::uint8_t> png)>& visit);
  [[nodiscard]] Survey survey();
  [[nodiscard]] std::optional<Chip> chip(std::uint64_t detection_key);
  /// The chip of each contact's best detection, where there is one, in order of the contacts' ids.
  void for_each_best_chip(const std::function<void(std::uint64_t contact, const Chip&)>& visit);
  [[nodiscard]] std::optional<Detection> detection(std::uint64_t detection_key);

  /// Says that pings from this number on came from `file`, until the next one says otherwise.
  void set_source(std::uint64_t first_ping, std::string_view file);
  /// For contacts that were put before their source was known.
  void name_sources();
  [[nodiscard]] std::string source_of(std::uint64_t ping) const;
  /// Its number within that file; the same as `ping` where no file is known.
  [[nodiscard]] std::uint64_t ping_in_source(std::uint64_t ping) const;

  /// A named figure or text of the run, such as the latency summary.
  void set_fact(std::string_view name, std::string_view value);
  [[nodiscard]] std::optional<std::string> fact(std::string_view name);

  /// Brings what the write-ahead log holds into the file, if it is three megabytes. That waits for the disk
  /// (milliseconds), so it is for when nobody waits for this store; a commit() does it at four megabytes. Not
  /// an error if it cannot be done now: the log stays.
  void relieve_log() noexcept;

  /// Folds the write-ahead log into the file, so that it is one file again that can be copied, also from a
  /// read-only folder. Not an error if a reader keeps that from happening.
  void seal();

  [[nodiscard]] const std::filesystem::path& file() const noexcept;
  /// For limits and time-outs that a program wants to set its own way.
  [[nodiscard]] sqlite3* connection() noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace towfish
