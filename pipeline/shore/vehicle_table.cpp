#include "pipeline/shore/vehicle_table.hpp"

namespace towfish::shore {

namespace {

constexpr const char* kTables =
    "PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS vehicle_runs (id INTEGER PRIMARY KEY, vehicle TEXT NOT NULL, "
    "run INTEGER NOT NULL, last_number INTEGER NOT NULL DEFAULT 0, messages INTEGER NOT NULL DEFAULT 0, "
    "repeated INTEGER NOT NULL DEFAULT 0, heard_utc TEXT NOT NULL DEFAULT '', health TEXT NOT NULL DEFAULT "
    "'', "
    "UNIQUE(vehicle, run));"
    "CREATE TABLE IF NOT EXISTS vehicle_contacts (contact_id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, "
    "vehicle_contact INTEGER NOT NULL, UNIQUE(run_id, vehicle_contact));"
    "INSERT OR IGNORE INTO gpkg_contents(table_name, data_type, identifier, description) VALUES "
    "('vehicle_runs', 'attributes', 'vehicle_runs', 'Runs of vehicles that were heard of'),"
    "('vehicle_contacts', 'attributes', 'vehicle_contacts', 'Which contact of which run a contact is')";

constexpr const char* kColumns =
    "SELECT id, vehicle, run, last_number, messages, repeated, heard_utc, health FROM vehicle_runs ";

VehicleRun read_run(Statement& row) {
  VehicleRun run;
  run.id = row.natural();
  run.vehicle = row.text();
  run.run = row.integer();
  run.last_number = row.natural();
  run.messages = row.natural();
  run.repeated = row.natural();
  run.heard_utc = row.text();
  run.health = row.text();
  return run;
}

}  // namespace

VehicleTable::VehicleTable(const std::filesystem::path& store)
    : database_(store, Database::Access::read_write) {
  database_.execute(kTables);
}

VehicleRun VehicleTable::run(const std::string& vehicle, std::int64_t run) {
  Statement(database_, "INSERT OR IGNORE INTO vehicle_runs(vehicle, run) VALUES (?,?)")
      .bind(vehicle)
      .bind(run)
      .run();
  Statement found(database_, std::string(kColumns) + "WHERE vehicle = ? AND run = ?");
  found.bind(vehicle).bind(run);
  return found.next() ? read_run(found) : VehicleRun{};
}

std::optional<std::uint64_t> VehicleTable::contact(const VehicleRun& run, std::uint32_t contact) {
  Statement found(database_,
                  "SELECT contact_id FROM vehicle_contacts WHERE run_id = ? AND vehicle_contact = ?");
  found.bind(run.id).bind(contact);
  if (found.next()) return found.natural();
  Statement last(database_, "SELECT coalesce(max(contact_id), 0) FROM vehicle_contacts");
  const std::uint64_t next = (last.next() ? last.natural() : 0) + 1;
  last.reset();
  if (next > kMostContacts) return std::nullopt;
  Statement(database_, "INSERT INTO vehicle_contacts VALUES (?,?,?)")
      .bind(next)
      .bind(run.id)
      .bind(contact)
      .run();
  return next;
}

void VehicleTable::taken(const VehicleRun& run, std::uint64_t number) {
  Statement(database_,
            "UPDATE vehicle_runs SET last_number = ?, messages = messages + 1, "
            "heard_utc = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE id = ?")
      .bind(number)
      .bind(run.id)
      .run();
}

void VehicleTable::repeated(const VehicleRun& run) {
  Statement(database_, "UPDATE vehicle_runs SET repeated = repeated + 1 WHERE id = ?").bind(run.id).run();
}

void VehicleTable::set_health(const VehicleRun& run, const std::string& health) {
  Statement(database_, "UPDATE vehicle_runs SET health = ? WHERE id = ?").bind(health).bind(run.id).run();
}

std::vector<VehicleRun> VehicleTable::runs() {
  std::vector<VehicleRun> runs;
  Statement all(database_, std::string(kColumns) + "ORDER BY id");
  while (all.next()) runs.push_back(read_run(all));
  return runs;
}

}  // namespace towfish::shore
