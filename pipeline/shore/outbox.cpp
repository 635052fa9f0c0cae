#include "pipeline/shore/outbox.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace towfish::shore {

namespace {

Database opened(const std::filesystem::path& file) {
  Database database(file, Database::Access::read_write);
  database.execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
      "CREATE TABLE IF NOT EXISTS letters (number INTEGER PRIMARY KEY, run INTEGER NOT NULL, "
      "contact_id INTEGER NOT NULL, kind INTEGER NOT NULL, bytes BLOB NOT NULL);"
      "CREATE INDEX IF NOT EXISTS letters_by_contact ON letters(run, contact_id);"
      "CREATE TABLE IF NOT EXISTS known (contact_id INTEGER PRIMARY KEY, packet BLOB NOT NULL);"
      "CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, run INTEGER NOT NULL UNIQUE, open INTEGER);"
      "CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, number INTEGER NOT NULL);"
      "INSERT OR IGNORE INTO counter VALUES (1, 0)");
  return database;
}

std::span<const std::uint8_t> bytes_of(const std::string& text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Outbox::Outbox(const std::filesystem::path& file)
    : database_(opened(file)),
      known_packet_(database_, "SELECT packet FROM known WHERE contact_id = ?"),
      know_(database_, "INSERT OR REPLACE INTO known VALUES (?,?)"),
      forget_(database_, "DELETE FROM known WHERE contact_id = ?"),
      drop_older_(database_, "DELETE FROM letters WHERE run = ? AND contact_id = ?"),
      add_(database_, "INSERT INTO letters(number, run, contact_id, kind, bytes) VALUES (?,?,?,?,?)") {}

std::size_t Outbox::collect(Store& store, std::int64_t run) {
  Transaction whole(database_);
  const std::uint64_t before = count();
  if (open_run() != run) {
    database_.execute("DELETE FROM known");
    Statement(database_, "INSERT OR REPLACE INTO runs(run, open) VALUES (?,1)").bind(run).run();
  }
  std::set<std::uint32_t> there;
  store.for_each_contact([&](const Contact& contact) {
    there.insert(static_cast<std::uint32_t>(contact.id));
    put_changed(contact_message::message_of(contact, false), run);
  });
  std::vector<std::uint32_t> gone;
  Statement known(database_, "SELECT contact_id FROM known");
  while (known.next()) {
    const auto id = static_cast<std::uint32_t>(known.natural());
    if (!there.contains(id)) gone.push_back(id);
  }
  for (const std::uint32_t id : gone) {
    forget_.bind(id).run();
    put({.kind = ShoreMessage::Kind::withdrawn, .run = run, .contact_id = id});
  }
  const std::uint64_t after = count();
  whole.commit();
  return after - before;
}

void Outbox::put_changed(const contact_message::Message& contact, std::int64_t run) {
  const auto packet = contact_message::encode(contact);
  known_packet_.bind(contact.contact_id);
  const bool same = known_packet_.next() && std::ranges::equal(known_packet_.blob(), packet);
  known_packet_.reset();
  if (same) return;
  know_.bind(contact.contact_id).bind_blob(packet).run();
  put({.kind = ShoreMessage::Kind::contact,
       .run = run,
       .contact_id = contact.contact_id,
       .contact = contact});
}

void Outbox::put(ShoreMessage message) {
  drop_older_.bind(message.run).bind(message.contact_id).run();
  message.number = take_number();
  add_.bind(message.number).bind(message.run).bind(message.contact_id).bind(static_cast<int>(message.kind));
  add_.bind_blob(bytes_of(encode(message))).run();
}

std::uint64_t Outbox::take_number() {
  Statement(database_, "UPDATE counter SET number = number + 1").run();
  return count();
}

std::uint64_t Outbox::count() {
  Statement taken(database_, "SELECT number FROM counter");
  return taken.next() ? taken.natural() : 0;
}

std::optional<Outbox::Letter> Outbox::next() {
  Statement first(database_,
                  "SELECT number, run, contact_id, kind, bytes FROM letters ORDER BY number LIMIT 1");
  if (!first.next()) return std::nullopt;
  Letter letter;
  letter.number = first.natural();
  letter.run = first.integer();
  letter.contact_id = static_cast<std::uint32_t>(first.integer());
  letter.kind = static_cast<ShoreMessage::Kind>(first.integer());
  const auto bytes = first.blob();
  letter.bytes.assign(bytes.begin(), bytes.end());
  return letter;
}

void Outbox::sent(std::uint64_t number) {
  Statement(database_, "DELETE FROM letters WHERE number = ?").bind(number).run();
}

std::uint64_t Outbox::waiting() {
  Statement count(database_, "SELECT count(*) FROM letters");
  return count.next() ? count.natural() : 0;
}

std::optional<std::int64_t> Outbox::open_run() {
  Statement last(database_, "SELECT run, open FROM runs ORDER BY id DESC LIMIT 1");
  if (!last.next()) return std::nullopt;
  const std::int64_t run = last.integer();
  return last.integer() != 0 ? std::optional(run) : std::nullopt;
}

void Outbox::close_run() {
  database_.execute("UPDATE runs SET open = 0");
}

void collect_leftovers(const std::filesystem::path& folder) {
  const std::filesystem::path store = folder / "contacts.gpkg";
  if (!std::filesystem::exists(folder / kOutboxFile)) return;
  Outbox box(folder / kOutboxFile);
  const auto run = box.open_run();
  if (!run) return;
  if (std::filesystem::exists(store)) {
    Store left(store, Store::Mode::read);
    box.collect(left, *run);
  }
  box.close_run();
}

}  // namespace towfish::shore
