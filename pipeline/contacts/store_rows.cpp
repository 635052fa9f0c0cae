#include "pipeline/contacts/store_rows.hpp"

#include <fmt/format.h>

#include "pipeline/contacts/geopackage.hpp"
#include "pipeline/contacts/schema.hpp"
#include "pipeline/contacts/utc_text.hpp"

namespace towfish {

namespace {

Database opened(const std::filesystem::path& file, Store::Mode mode) {
  Database database(file,
                    mode == Store::Mode::read ? Database::Access::read_only : Database::Access::read_write);
  if (mode == Store::Mode::read) {
    require_schema(database);
    return database;
  }
  if (mode == Store::Mode::bulk) {
    // A detection with its chip fills more than the usual page of 4096 bytes.
    database.execute(
        "PRAGMA page_size=16384; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA "
        "synchronous=OFF");
    prepare_schema(database);
  } else {
    prepare_schema(database);
    database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
  }
  database.execute("PRAGMA temp_store=MEMORY");
  return database;
}

std::string insert_or_replace(std::string_view table, int columns) {
  std::string marks;
  for (int i = 0; i < columns; ++i) marks += i == 0 ? "?" : ",?";
  return fmt::format("INSERT OR REPLACE INTO {} VALUES ({})", table, marks);
}

ContactClass class_named(const std::string& text) {
  for (const ContactClass c : {ContactClass::milco, ContactClass::nombo}) {
    if (text == name(c)) return c;
  }
  return ContactClass::milec;
}

Side side_named(const std::string& text) {
  return text == name(Side::starboard) ? Side::starboard : Side::port;
}

Position position_in(std::span<const std::uint8_t> geometry) {
  const auto points = geopackage::coordinates(geometry);
  return points.empty() ? kNoPosition : points.front();
}

void skip(Statement& row) {
  (void)row.integer();
}

}  // namespace

Store::Parts::Parts(const std::filesystem::path& file, Mode mode)
    : database(opened(file, mode)),
      insert_frame(database, "INSERT OR IGNORE INTO frames VALUES (?,?)"),
      insert_detection(database, "INSERT OR REPLACE INTO detections VALUES (?,?,?)"),
      put_look(database, insert_or_replace("looks", 22)),
      put_contact(database, insert_or_replace("contacts", 29)),
      remove_look(database, "DELETE FROM looks WHERE look_id = ?"),
      remove_contact(database, "DELETE FROM contacts WHERE contact_id = ?") {
  sqlite3_wal_hook(database.handle(), committed, this);
  Statement known(database, "SELECT first_ping, file FROM sources");
  while (known.next()) {
    const std::uint64_t first_ping = known.natural();
    sources[first_ping] = known.text();
  }
}

void Store::Parts::checkpoint() noexcept {
  const int code =
      sqlite3_wal_checkpoint_v2(database.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) log_pages = 0;
}

int Store::Parts::committed(void* parts, sqlite3* /*database*/, const char* /*schema*/, int pages) {
  constexpr int kMost_pages = 1000;
  auto& self = *static_cast<Parts*>(parts);
  self.log_pages = pages;
  if (pages >= kMost_pages) self.checkpoint();
  return SQLITE_OK;
}

void write_row(Statement& put, const Look& look) {
  const auto geometry = geopackage::point(look.position);
  put.bind(look.id).bind_blob(geometry).bind(look.contact).bind(look.pass).bind(name(look.side));
  put.bind(utc_text(look.time_utc_ns)).bind(name(look.contact_class)).bind(look.llr).bind(int{look.extended});
  put.bind(look.detections).bind(look.first_ping).bind(look.last_ping).bind(look.first_sample);
  put.bind(look.last_sample).bind(look.ping).bind(look.sample).bind(look.slant_range_m);
  put.bind(look.ground_range_m).bind(look.length_m).bind(look.width_m).bind(look.height_m);
  put.bind(look.detection).run();
}

Look read_look(Statement& row) {
  Look look;
  look.id = row.natural();
  look.position = position_in(row.blob());
  look.contact = row.natural();
  look.pass = static_cast<std::uint32_t>(row.integer());
  look.side = side_named(row.text());
  look.time_utc_ns = parse_utc(row.text());
  look.contact_class = class_named(row.text());
  look.llr = row.single();
  look.extended = row.integer() != 0;
  look.detections = static_cast<std::uint32_t>(row.integer());
  look.first_ping = row.natural();
  look.last_ping = row.natural();
  look.first_sample = static_cast<std::uint32_t>(row.integer());
  look.last_sample = static_cast<std::uint32_t>(row.integer());
  look.ping = row.natural();
  look.sample = static_cast<std::uint32_t>(row.integer());
  look.slant_range_m = row.single();
  look.ground_range_m = row.single();
  look.length_m = row.single();
  look.width_m = row.single();
  look.height_m = row.single();
  look.detection = row.natural();
  return look;
}

void write_row(Statement& put, const Contact& contact, const std::string& source_file,
               std::uint64_t ping_in_source) {
  const auto geometry = geopackage::point(contact.position);
  const Look& best = contact.best;
  put.bind(contact.id).bind_blob(geometry).bind(utc_text(best.time_utc_ns));
  put.bind(contact.position.latitude_deg).bind(contact.position.longitude_deg);
  put.bind(contact.error.semi_major_m).bind(contact.error.semi_minor_m).bind(contact.error.bearing_deg);
  put.bind(name(contact.contact_class)).bind(contact.confidence).bind(contact.llr);
  put.bind(static_cast<std::int64_t>(contact.looks.size())).bind(contact.misses).bind(int{contact.extended});
  put.bind(contact.length_m).bind(contact.width_m).bind(contact.height_m).bind(best.shadow_length_m);
  put.bind(name(best.side)).bind(best.slant_range_m).bind(best.ground_range_m).bind(best.altitude_m);
  put.bind(best.heading_deg)
      .bind(best.frequency_khz)
      .bind(source_file)
      .bind(ping_in_source)
      .bind(best.sample);
  put.bind(best.detection).bind(best.ping).run();
}

Contact read_contact(Statement& row) {
  Contact contact;
  Look& best = contact.best;
  contact.id = row.natural();
  skip(row);  // The geometry repeats latitude and longitude.
  best.time_utc_ns = parse_utc(row.text());
  contact.position.latitude_deg = row.real();
  contact.position.longitude_deg = row.real();
  contact.error.semi_major_m = row.single();
  contact.error.semi_minor_m = row.single();
  contact.error.bearing_deg = row.single();
  contact.contact_class = class_named(row.text());
  contact.confidence = row.single();
  contact.llr = row.single();
  skip(row);  // The number of looks, which are read themselves.
  contact.misses = static_cast<std::uint32_t>(row.integer());
  contact.extended = row.integer() != 0;
  contact.length_m = row.single();
  contact.width_m = row.single();
  contact.height_m = row.single();
  best.shadow_length_m = row.single();
  best.side = side_named(row.text());
  best.slant_range_m = row.single();
  best.ground_range_m = row.single();
  best.altitude_m = row.single();
  best.heading_deg = row.single();
  best.frequency_khz = row.single();
  skip(row);  // The source file and the ping in it follow from the ping of the survey.
  skip(row);
  best.sample = static_cast<std::uint32_t>(row.integer());
  best.detection = row.natural();
  best.ping = row.natural();
  return contact;
}

void write_survey(Database& database, const Survey& survey) {
  database.execute("DELETE FROM coverage; DELETE FROM holes; DELETE FROM track");
  Statement put_swath(database, insert_or_replace("coverage", 8));
  for (const Swath& swath : survey.swaths) {
    const auto geometry = geopackage::polygon(swath.outline);
    put_swath.bind_null()
        .bind_blob(geometry)
        .bind(swath.pass)
        .bind(name(swath.side))
        .bind(name(swath.quality));
    put_swath.bind(swath.first_sequence).bind(swath.last_sequence).bind(swath.area_m2).run();
  }
  Statement put_hole(database, insert_or_replace("holes", 4));
  for (const Hole& hole : survey.holes) {
    const auto geometry = geopackage::polygon(hole.outline);
    put_hole.bind_null().bind_blob(geometry).bind(hole.reason).bind(hole.area_m2).run();
  }
  Statement put_track(database, insert_or_replace("track", 4));
  for (const TrackLine& line : survey.track) {
    const auto geometry = geopackage::line(line.points);
    put_track.bind_null().bind_blob(geometry).bind(line.pass).bind(line.length_m).run();
  }
}

namespace {

std::vector<Position> ring_in(std::span<const std::uint8_t> blob) {
  auto ring = geopackage::coordinates(blob);
  if (!ring.empty()) ring.pop_back();
  return ring;
}

}  // namespace

Survey read_survey(Database& database) {
  Survey survey;
  Statement swaths(database,
                   "SELECT pass, side, quality, first_sequence, last_sequence, geom, area_m2 FROM coverage "
                   "ORDER BY id");
  while (swaths.next()) {
    Swath& swath = survey.swaths.emplace_back();
    swath.pass = static_cast<std::uint32_t>(swaths.integer());
    swath.side = side_named(swaths.text());
    swath.quality = swaths.text() == name(Quality::good) ? Quality::good : Quality::fair;
    swath.first_sequence = swaths.natural();
    swath.last_sequence = swaths.natural();
    swath.outline = ring_in(swaths.blob());
    swath.area_m2 = swaths.real();
  }
  Statement holes(database, "SELECT reason, geom, area_m2 FROM holes ORDER BY id");
  while (holes.next()) {
    Hole& hole = survey.holes.emplace_back();
    hole.reason = holes.text();
    hole.outline = ring_in(holes.blob());
    hole.area_m2 = holes.real();
  }
  Statement track(database, "SELECT pass, geom, length_m FROM track ORDER BY id");
  while (track.next()) {
    TrackLine& line = survey.track.emplace_back();
    line.pass = static_cast<std::uint32_t>(track.integer());
    line.points = geopackage::coordinates(track.blob());
    line.length_m = track.real();
  }
  return survey;
}

}  // namespace towfish
