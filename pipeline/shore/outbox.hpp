#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "pipeline/contacts/database.hpp"
#include "pipeline/contacts/store.hpp"
#include "pipeline/shore/shore_message.hpp"

namespace towfish::shore {

inline constexpr const char* kOutboxFile = "outbox.sqlite";  ///< In the folder of a run's results.

/// What is still to be said to the shore about contacts, in an SQLite file that outlives whoever sends it.
///
/// collect() compares a store with what was put in before, and puts in what differs; a letter stays until
/// sent(). Killed between sending and sent(), the same letter goes out again under the same run and number,
/// by which it is known. A contact that changes while its letter waits has one letter, the newer one.
/// Letters of an earlier run go first. Throws StoreError. Threads: one thread.
class Outbox {
 public:
  /// A message on its way, whole.
  struct Letter {
    std::int64_t run = 0;
    std::uint64_t number = 0;
    std::uint32_t contact_id = 0;
    ShoreMessage::Kind kind = ShoreMessage::Kind::contact;
    std::string bytes;
  };

  explicit Outbox(const std::filesystem::path& file);

  /// Puts in the contacts of this run's store that are other than they were, or gone: how many.
  std::size_t collect(Store& store, std::int64_t run);
  /// Nothing more is collected for the run under way, if there is one.
  void close_run();
  /// The oldest letter; empty when all has been sent.
  [[nodiscard]] std::optional<Letter> next();
  void sent(std::uint64_t number);
  [[nodiscard]] std::uint64_t waiting();
  /// The run whose store was collected last, unless it was closed.
  [[nodiscard]] std::optional<std::int64_t> open_run();
  /// A number for a message that is not kept here.
  [[nodiscard]] std::uint64_t take_number();

 private:
  void put(ShoreMessage message);
  [[nodiscard]] std::uint64_t count();
  void put_changed(const contact_message::Message& contact, std::int64_t run);

  Database database_;
  Statement known_packet_;
  Statement know_;
  Statement forget_;
  Statement drop_older_;
  Statement add_;
};

/// Puts into the outbox in `folder`, where there is one, what the last run there found and did not come to
/// say, before its store is replaced. Throws StoreError.
void collect_leftovers(const std::filesystem::path& folder);

}  // namespace towfish::shore
