#include "pipeline/contacts/database.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace towfish {

namespace {

constexpr int kWaitForLockMs = 500;  // Well below the time after which a silent role is replaced.

StoreError::Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError::Kind::locked;
    case SQLITE_FULL:
      return StoreError::Kind::full;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return StoreError::Kind::damaged;
    default:
      return StoreError::Kind::failed;
  }
}

std::string_view advice(StoreError::Kind kind, bool read_only) {
  if (read_only && kind != StoreError::Kind::locked) return "check that it is the contacts.gpkg of a run";
  switch (kind) {
    case StoreError::Kind::locked:
      return "close the other program that has it open for writing";
    case StoreError::Kind::full:
      return "make room on that disk";
    case StoreError::Kind::damaged:
      return "give another name, or delete the file to begin anew";
    default:
      return "check that the folder exists and may be written to";
  }
}

}  // namespace

Database::Database(const std::filesystem::path& file, Access access) : file_(file), access_(access) {
  const int flags =
      access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(code, "opening it");
  sqlite3_busy_timeout(handle_.get(), kWaitForLockMs);
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, sql.substr(0, 60));
}

void Database::fail(int code, std::string_view doing) const {
  const StoreError::Kind kind = kind_of(code);
  const char* why = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  throw StoreError(kind,
                   fmt::format("{}: {} ({}); {}", file_.string(), why, doing, advice(kind, read_only())));
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) database.fail(code, sql.substr(0, 60));
}

void Statement::check(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  const std::string sql = sqlite3_sql(statement_.get());
  reset();
  database_->fail(code, sql.substr(0, 60));
}

Statement& Statement::bind(double value) {
  // sqlite3_bind_double stores NaN as NULL.
  check(sqlite3_bind_double(statement_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  check(sqlite3_bind_text(statement_.get(), ++bound_, text.data(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_blob(std::span<const std::uint8_t> bytes) {
  // A blob may be large (chips), so it is not copied: it must live until run().
  check(sqlite3_bind_blob64(statement_.get(), ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null() {
  check(sqlite3_bind_null(statement_.get(), ++bound_));
  return *this;
}

void Statement::run() {
  const int code = sqlite3_step(statement_.get());
  check(code);
  reset();
}

bool Statement::next() {
  column_ = 0;
  const int code = sqlite3_step(statement_.get());
  check(code);
  if (code == SQLITE_ROW) return true;
  reset();
  return false;
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_.get());
  bound_ = 0;
  column_ = 0;
}

bool Statement::null_here() const noexcept {
  return sqlite3_column_type(statement_.get(), column_) == SQLITE_NULL;
}

double Statement::real() {
  if (null_here()) {
    ++column_;
    return std::numeric_limits<double>::quiet_NaN();
  }
  return sqlite3_column_double(statement_.get(), column_++);
}

std::int64_t Statement::integer() {
  return sqlite3_column_int64(statement_.get(), column_++);
}

std::string Statement::text() {
  const std::span<const std::uint8_t> bytes = blob();
  return {bytes.begin(), bytes.end()};
}

std::span<const std::uint8_t> Statement::blob() {
  const void* bytes = sqlite3_column_blob(statement_.get(), column_);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column_));
  ++column_;
  return {static_cast<const std::uint8_t*>(bytes), size};
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // A failed statement may already have rolled back; a failing rollback leaves nothing behind either.
  if (database_.in_transaction()) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
}

}  // namespace towfish
