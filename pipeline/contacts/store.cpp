#include "pipeline/contacts/store.hpp"

#include <cstring>

#include "pipeline/contacts/schema.hpp"
#include "pipeline/contacts/store_rows.hpp"

namespace towfish {

namespace {

constexpr std::uint64_t frame_key(std::uint64_t sequence, Side side) noexcept {
  return sequence * 2 + index(side);
}

template <class T>
std::span<const std::uint8_t> bytes_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

/// The wire struct in a blob; all zero if the blob is too short, which only a damaged file has.
template <class T>
T struct_in(std::span<const std::uint8_t> blob) {
  T value{};
  if (blob.size() >= sizeof value) std::memcpy(&value, blob.data(), sizeof value);
  return value;
}

}  // namespace

Store::Store(const std::filesystem::path& file, Mode mode) : parts_(std::make_unique<Parts>(file, mode)) {}
Store::Store(Store&&) noexcept = default;
Store::~Store() = default;

Store::Change::Change(Store& store) : store_(store), transaction_(store.parts_->database) {}

bool Store::Change::add_frame(std::uint64_t sequence, Side side, const FrameReportView& view) {
  Parts& parts = *store_.parts_;
  std::vector<std::uint8_t> blob(sizeof view.report + view.seams.size_bytes());
  std::memcpy(blob.data(), &view.report, sizeof view.report);
  if (!view.seams.empty()) std::memcpy(&blob[sizeof view.report], view.seams.data(), view.seams.size_bytes());
  parts.insert_frame.bind(frame_key(sequence, side)).bind_blob(blob).run();
  if (parts.database.changes() == 0) return false;
  const std::size_t count = std::min(view.detections.size(), kMaxDetections);
  for (std::size_t i = 0; i < count; ++i) {
    Statement& insert = parts.insert_detection;
    insert.bind(detection_key(sequence, side, i)).bind_blob(bytes_of(view.detections[i]));
    if (i < view.chips.size()) {
      insert.bind_blob(bytes_of(view.chips[i]));
    } else {
      insert.bind_null();
    }
    insert.run();
  }
  return true;
}

void Store::Change::put(const Look& look) {
  write_row(store_.parts_->put_look, look);
}

void Store::Change::put(const Contact& contact) {
  const std::uint64_t ping = contact.best.ping;
  write_row(store_.parts_->put_contact, contact, store_.source_of(ping), store_.ping_in_source(ping));
}

void Store::Change::remove_look(std::uint64_t id) {
  store_.parts_->remove_look.bind(id).run();
}

void Store::Change::remove_contact(std::uint64_t id) {
  store_.parts_->remove_contact.bind(id).run();
}

void Store::Change::clear_contacts() {
  store_.parts_->database.execute("DELETE FROM contacts; DELETE FROM looks");
}

void Store::Change::put(const Survey& survey) {
  write_survey(store_.parts_->database, survey);
}

void Store::Change::put_chip(std::uint64_t contact, std::span<const std::uint8_t> png) {
  Statement put(store_.parts_->database, "INSERT OR REPLACE INTO chips VALUES (?,?)");
  put.bind(contact).bind_blob(png).run();
}

void Store::Change::commit() {
  transaction_.commit();
}

std::uint64_t Store::detection_key(std::uint64_t sequence, Side side, std::size_t index) noexcept {
  return frame_key(sequence, side) * kMaxDetections + index;
}

void Store::for_each_frame(const std::function<void(std::uint64_t, Side, const FrameReportView&)>& visit) {
  Statement frames(parts_->database, "SELECT id, report FROM frames ORDER BY id");
  Statement found(parts_->database, "SELECT detection FROM detections WHERE id BETWEEN ? AND ? ORDER BY id");
  std::vector<Detection> detections;
  std::vector<Ping> seams;
  while (frames.next()) {
    const std::uint64_t key = frames.natural();
    const std::span<const std::uint8_t> blob = frames.blob();
    const auto report = struct_in<FrameReport>(blob);
    seams.resize(blob.size() < sizeof report ? 0 : (blob.size() - sizeof report) / sizeof(Ping));
    if (!seams.empty())
      std::memcpy(static_cast<void*>(seams.data()), &blob[sizeof report], seams.size() * sizeof(Ping));
    detections.clear();
    found.bind(key * kMaxDetections).bind((key + 1) * kMaxDetections - 1);
    while (found.next()) detections.push_back(struct_in<Detection>(found.blob()));
    visit(key / 2, key % 2 == 0 ? Side::port : Side::starboard, {report, detections, {}, seams});
  }
}

void Store::for_each_contact(const std::function<void(const Contact&)>& visit) {
  Statement looks(parts_->database, "SELECT look_id FROM looks WHERE contact_id = ? ORDER BY look_id");
  Statement contacts(parts_->database, "SELECT * FROM contacts ORDER BY contact_id");
  while (contacts.next()) {
    Contact contact = read_contact(contacts);
    looks.bind(contact.id);
    while (looks.next()) contact.looks.push_back(looks.natural());
    visit(contact);
  }
}

void Store::for_each_look(std::uint64_t contact, const std::function<void(const Look&)>& visit) {
  Statement looks(parts_->database, "SELECT * FROM looks WHERE contact_id = ? ORDER BY look_id");
  looks.bind(contact);
  while (looks.next()) visit(read_look(looks));
}

void Store::for_each_chip(
    const std::function<void(std::uint64_t contact, std::span<const std::uint8_t> png)>& visit) {
  Statement chips(parts_->database, "SELECT contact_id, png FROM chips ORDER BY contact_id");
  while (chips.next()) {
    const std::uint64_t contact = chips.natural();
    visit(contact, chips.blob());
  }
}

Survey Store::survey() {
  return read_survey(parts_->database);
}

std::optional<Chip> Store::chip(std::uint64_t detection_key) {
  Statement found(parts_->database, "SELECT chip FROM detections WHERE id = ? AND chip IS NOT NULL");
  found.bind(detection_key);
  if (!found.next()) return std::nullopt;
  return struct_in<Chip>(found.blob());
}

void Store::for_each_best_chip(const std::function<void(std::uint64_t contact, const Chip&)>& visit) {
  Statement best(
      parts_->database,
      "SELECT contact_id, chip FROM contacts JOIN detections ON detections.id = contacts.detection "
      "WHERE chip IS NOT NULL ORDER BY contact_id");
  while (best.next()) {
    const std::uint64_t contact = best.natural();
    visit(contact, struct_in<Chip>(best.blob()));
  }
}

std::optional<Detection> Store::detection(std::uint64_t detection_key) {
  Statement found(parts_->database, "SELECT detection FROM detections WHERE id = ?");
  found.bind(detection_key);
  if (!found.next()) return std::nullopt;
  return struct_in<Detection>(found.blob());
}

void Store::set_source(std::uint64_t first_ping, std::string_view file) {
  Statement put(parts_->database, "INSERT OR REPLACE INTO sources VALUES (?,?)");
  put.bind(first_ping).bind(file).run();
  parts_->sources[first_ping] = file;
}

void Store::name_sources() {
  parts_->database.execute(
      "UPDATE contacts SET source_file = source.file, ping = survey_ping - source.first_ping "
      "FROM sources AS source WHERE source.first_ping = "
      "(SELECT max(first_ping) FROM sources WHERE first_ping <= survey_ping)");
}

std::string Store::source_of(std::uint64_t ping) const {
  const auto after = parts_->sources.upper_bound(ping);
  return after == parts_->sources.begin() ? std::string() : std::prev(after)->second;
}

std::uint64_t Store::ping_in_source(std::uint64_t ping) const {
  const auto after = parts_->sources.upper_bound(ping);
  return after == parts_->sources.begin() ? ping : ping - std::prev(after)->first;
}

void Store::set_fact(std::string_view name, std::string_view value) {
  Statement put(
      parts_->database,
      "INSERT INTO facts(name, value) VALUES (?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value");
  put.bind(name).bind(value).run();
}

std::optional<std::string> Store::fact(std::string_view name) {
  Statement found(parts_->database, "SELECT value FROM facts WHERE name = ?");
  found.bind(name);
  if (!found.next()) return std::nullopt;
  return found.text();
}

void Store::relieve_log() noexcept {
  constexpr int kWorthIt_pages =
      750;  // The first commit after it waits for the disk, too (1 ms): not too often.
  if (parts_->log_pages >= kWorthIt_pages) parts_->checkpoint();
}

void Store::seal() {
  sqlite3_exec(parts_->database.handle(), "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr);
}

const std::filesystem::path& Store::file() const noexcept {
  return parts_->database.file();
}

sqlite3* Store::connection() noexcept {
  return parts_->database.handle();
}

}  // namespace towfish
