#include "pipeline/batch/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace towfish::batch {

namespace {

constexpr int kLayout = 1;

constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS logs (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, name TEXT NOT NULL, named_like_a_log BOOLEAN,
  bytes INTEGER, modified_ns INTEGER, changed_ns INTEGER, state INTEGER, message TEXT, hash TEXT,
  pings INTEGER, first_time_ns INTEGER, changes INTEGER);
CREATE TABLE IF NOT EXISTS stretches (
  log INTEGER NOT NULL, number INTEGER NOT NULL, first_ping INTEGER, end_ping INTEGER, state INTEGER,
  deaths INTEGER, message TEXT, answer TEXT, PRIMARY KEY (log, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
)sql";

std::int64_t user_version(Database& database) {
  Statement version(database, "PRAGMA user_version");
  return version.next() ? version.integer() : 0;
}

Database opened(const std::filesystem::path& file) {
  Database database(file, Database::Access::read_write);
  const std::int64_t found = user_version(database);
  if (found != 0 && found != kLayout) {
    throw StoreError(StoreError::Kind::damaged,
                     file.string() + ": is not a ledger of this version; give another folder");
  }
  database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
  database.execute(kTables);
  database.execute("PRAGMA user_version=" + std::to_string(kLayout));
  return database;
}

/// Result and hashes of a stretch in the words of a worker's answer.
std::string answer_text(const StretchRow& row) {
  Answer answer{.kind = Answer::Kind::done};
  answer.result = row.result;
  answer.chunks = row.chunks;
  return to_text(answer);
}

StretchRow read_stretch(Statement& row) {
  StretchRow stretch;
  stretch.stretch.first = row.natural();
  stretch.stretch.end = row.natural();
  stretch.state = static_cast<StretchState>(row.integer());
  stretch.deaths = static_cast<std::uint32_t>(row.integer());
  stretch.message = row.text();
  Answer answer = answer_from(row.text());
  stretch.result = std::move(answer.result);
  stretch.chunks = std::move(answer.chunks);
  return stretch;
}

LogRow read_log(Statement& row) {
  LogRow log;
  log.id = row.natural();
  log.path = row.text();
  log.name = row.text();
  log.named_like_a_log = row.integer() != 0;
  log.stamp.size = row.natural();
  log.stamp.modified_ns = row.integer();
  log.stamp.changed_ns = row.integer();
  const std::int64_t state = row.integer();
  const bool known = state >= 0 && state <= static_cast<std::int64_t>(LogState::failed);
  log.state = known ? static_cast<LogState>(state) : LogState::found;
  log.message = row.text();
  log.hash = row.text();
  log.size.pings = row.natural();
  log.size.first_time_ns = row.integer();
  log.changes = static_cast<std::uint32_t>(row.integer());
  return log;
}

}  // namespace

bool LogRow::done() const noexcept {
  return state == LogState::cut &&
         std::ranges::all_of(stretches, [](const StretchRow& s) { return s.state == StretchState::done; });
}

std::size_t LogRow::set_aside() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(stretches, StretchState::set_aside, &StretchRow::state));
}

Ledger::Ledger(const std::filesystem::path& file)
    : database_(opened(file)),
      put_log_(database_, "INSERT OR REPLACE INTO logs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"),
      put_stretch_(database_, "INSERT OR REPLACE INTO stretches VALUES (?,?,?,?,?,?,?,?)") {}

std::string Ledger::settings() {
  Statement found(database_, "SELECT value FROM facts WHERE name = 'settings'");
  return found.next() ? found.text() : std::string();
}

void Ledger::set_settings(const std::string& settings) {
  Statement(database_, "INSERT OR REPLACE INTO facts VALUES ('settings', ?)").bind(settings).run();
}

std::vector<LogRow> Ledger::logs() {
  std::vector<LogRow> logs;
  Statement rows(database_, "SELECT * FROM logs ORDER BY id");
  Statement stretches(database_,
                      "SELECT first_ping, end_ping, state, deaths, message, answer FROM stretches "
                      "WHERE log = ? ORDER BY number");
  try {
    while (rows.next()) {
      logs.push_back(read_log(rows));
      stretches.bind(logs.back().id);
      while (stretches.next()) logs.back().stretches.push_back(read_stretch(stretches));
    }
  } catch (const MessageError& error) {
    throw StoreError(StoreError::Kind::damaged,
                     fmt::format("{}: is damaged ({}); give another folder, or delete the file to begin anew",
                                 database_.file().string(), error.what()));
  }
  return logs;
}

std::uint64_t Ledger::put_row(const LogRow& log) {
  Statement& put = put_log_;
  if (log.id == 0) {
    put.bind_null();
  } else {
    put.bind(log.id);
  }
  put.bind(log.path).bind(log.name).bind(log.named_like_a_log ? 1 : 0).bind(log.stamp.size);
  put.bind(log.stamp.modified_ns).bind(log.stamp.changed_ns).bind(static_cast<int>(log.state));
  put.bind(log.message).bind(log.hash).bind(log.size.pings).bind(log.size.first_time_ns).bind(log.changes);
  put.run();
  return log.id != 0 ? log.id : static_cast<std::uint64_t>(sqlite3_last_insert_rowid(database_.handle()));
}

void Ledger::put_stretch(const LogRow& log, std::size_t index) {
  const StretchRow& row = log.stretches[index];
  Statement& put = put_stretch_;
  put.bind(log.id).bind(std::uint64_t{index}).bind(row.stretch.first).bind(row.stretch.end);
  put.bind(static_cast<int>(row.state)).bind(row.deaths).bind(row.message).bind(answer_text(row)).run();
}

void Ledger::put_whole(LogRow& log) {
  log.id = put_row(log);
  Statement(database_, "DELETE FROM stretches WHERE log = ?").bind(log.id).run();
  for (std::size_t i = 0; i < log.stretches.size(); ++i) put_stretch(log, i);
}

void Ledger::put(LogRow& log) {
  Transaction transaction(database_);
  put_whole(log);
  transaction.commit();
}

void Ledger::put(std::span<LogRow> logs) {
  Transaction transaction(database_);
  for (LogRow& log : logs) put_whole(log);
  transaction.commit();
}

void Ledger::put(const LogRow& log, std::size_t stretch) {
  Transaction transaction(database_);
  if (stretch == 0) put_row(log);
  put_stretch(log, stretch);
  transaction.commit();
}

void Ledger::clear() {
  database_.execute("DELETE FROM logs; DELETE FROM stretches; DELETE FROM facts");
}

}  // namespace towfish::batch
