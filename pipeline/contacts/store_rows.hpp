#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "pipeline/contacts/database.hpp"
#include "pipeline/contacts/store.hpp"

namespace towfish {

/// The connection of a store with the statements that every pair of frames runs.
struct Store::Parts {
  Parts(const std::filesystem::path& file, Mode mode);
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void checkpoint() noexcept;
  /// What SQLite calls after each commit.
  static int committed(void* parts, sqlite3* database, const char* schema, int pages);

  Database database;
  Statement insert_frame;
  Statement insert_detection;
  Statement put_look;
  Statement put_contact;
  Statement remove_look;
  Statement remove_contact;
  std::map<std::uint64_t, std::string> sources;  ///< By first ping.
  int log_pages = 0;                             ///< In the write-ahead log, as of the last commit.
};

// Rows of the tables contacts and looks, column by column in the order of schema.cpp.
void write_row(Statement& put_look, const Look& look);
void write_row(Statement& put_contact, const Contact& contact, const std::string& source_file,
               std::uint64_t ping_in_source);
Look read_look(Statement& row);
Contact read_contact(Statement& row);

void write_survey(Database& database, const Survey& survey);
Survey read_survey(Database& database);

}  // namespace towfish
