#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace towfish {

/// The store could not be read or written. The message names the file, what was tried and what to do.
class StoreError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    locked,   ///< Another program holds the file: trying again later may help.
    full,     ///< No space left: make room and try again.
    damaged,  ///< Not a contact store, or not one of this version.
    failed,   ///< Anything else.
  };
  StoreError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

/// One SQLite connection. Throws StoreError. Threads: one thread.
class Database {
 public:
  enum class Access : std::uint8_t { read_only, read_write };
  Database(const std::filesystem::path& file, Access access);

  void execute(const std::string& sql);
  [[nodiscard]] std::int64_t changes() const noexcept { return sqlite3_changes64(handle_.get()); }
  [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] bool read_only() const noexcept { return access_ == Access::read_only; }
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
  /// Throws what `code`, an SQLite result, means.
  [[noreturn]] void fail(int code, std::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  std::filesystem::path file_;
  Access access_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement: bind every parameter in order, step, and it is ready to be bound again.
/// NaN, the empty optional of this project's numbers, is bound as NULL and read back as NaN.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  Statement& bind(double value);
  Statement& bind(std::int64_t value);
  Statement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::uint32_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::string_view text);
  Statement& bind(const char* text) { return bind(std::string_view(text)); }
  Statement& bind_blob(std::span<const std::uint8_t> bytes);
  Statement& bind_null();

  /// Runs a statement that returns no row.
  void run();
  /// Advances to the next row; false after the last.
  [[nodiscard]] bool next();
  /// Forgets the remaining rows.
  void reset() noexcept;

  // The current row; each call reads the next column.
  [[nodiscard]] double real();
  [[nodiscard]] float single() { return static_cast<float>(real()); }
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] std::uint64_t natural() { return static_cast<std::uint64_t>(integer()); }
  [[nodiscard]] bool null_here() const noexcept;  ///< Whether the next column is NULL.
  [[nodiscard]] std::string text();
  /// Valid until the statement is stepped or reset.
  [[nodiscard]] std::span<const std::uint8_t> blob();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  void check(int code);

  Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
  int column_ = 0;
};

/// All or nothing: what is not committed is rolled back at the end of the scope.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
};

}  // namespace towfish
