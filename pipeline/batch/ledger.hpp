#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/batch/content_hash.hpp"
#include "pipeline/batch/job.hpp"
#include "pipeline/contacts/database.hpp"

namespace towfish::batch {

enum class LogState : std::uint8_t {
  found,    ///< Nothing is known yet.
  touched,  ///< Done, but its times have changed since: its hash tells whether it has to be done again.
  cut,      ///< Its stretches are known.
  no_log,   ///< Another kind of file.
  failed,   ///< Cannot be read: `message` says why.
};

enum class StretchState : std::uint8_t { waiting, done, set_aside };

/// A stretch of a log and what became of it.
struct StretchRow {
  Stretch stretch = {};
  StretchState state = StretchState::waiting;
  std::uint32_t deaths = 0;  ///< Workers that died over it.
  std::string message = {};  ///< How the last one died, or why it was set aside.
  StretchResult result = {};
  std::vector<std::uint64_t> chunks = {};
};

/// A log and what became of it.
struct LogRow {
  std::uint64_t id = 0;
  std::string path;
  std::string name;
  bool named_like_a_log = false;
  FileStamp stamp;
  LogState state = LogState::found;
  std::string message = {};
  std::string hash;  ///< Of the content; empty until all of it has been read.
  LogSize size;
  std::uint32_t changes = 0;  ///< How often it changed while it was read.
  std::vector<StretchRow> stretches;

  [[nodiscard]] bool done() const noexcept;
  [[nodiscard]] std::size_t set_aside() const noexcept;
};

/// What has been done of a batch, in one SQLite file: whoever is killed at any time finds it again.
///
/// What put() wrote survives the death of this process at any moment; after a power cut the last entries may
/// be missing, and their work is done again. Throws StoreError. Threads: one thread.
class Ledger {
 public:
  explicit Ledger(const std::filesystem::path& file);

  /// The settings that the results were made with; empty in a new ledger.
  [[nodiscard]] std::string settings();
  void set_settings(const std::string& settings);

  [[nodiscard]] std::vector<LogRow> logs();
  /// Writes the log with all its stretches; a log without an id gets one.
  void put(LogRow& log);
  /// Several logs at once, in one transaction.
  void put(std::span<LogRow> logs);
  /// Writes one stretch; with the first one the log's own row, which tells when it begins.
  void put(const LogRow& log, std::size_t stretch);
  /// Forgets everything.
  void clear();

 private:
  std::uint64_t put_row(const LogRow& log);  ///< Its id.
  void put_whole(LogRow& log);
  void put_stretch(const LogRow& log, std::size_t index);

  Database database_;
  Statement put_log_;
  Statement put_stretch_;
};

}  // namespace towfish::batch
