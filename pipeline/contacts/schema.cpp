#include "pipeline/contacts/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/sonar/frame_report.hpp"

namespace towfish {

namespace {

/// Bump when a column or a wire struct kept as a blob (FrameReport, Detection, Chip) changes.
constexpr int kLayout = 3;
constexpr std::int64_t kGeoPackage = 0x47504B47;  // "GPKG", OGC 12-128r18 clause 1.1.1.1.1

constexpr std::string_view kGeoPackageTables = R"sql(
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
  ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
   'longitude and latitude in degrees');
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
)sql";

constexpr std::string_view kOwnTables = R"sql(
CREATE TABLE contacts (
  contact_id INTEGER PRIMARY KEY, geom POINT, time_utc TEXT, latitude_deg DOUBLE, longitude_deg DOUBLE,
  position_error_m DOUBLE, error_minor_m DOUBLE, error_bearing_deg DOUBLE, class TEXT, confidence DOUBLE,
  llr DOUBLE, looks INTEGER, misses INTEGER, extended BOOLEAN, length_m DOUBLE, width_m DOUBLE,
  height_m DOUBLE, shadow_length_m DOUBLE, side TEXT, slant_range_m DOUBLE, ground_range_m DOUBLE,
  altitude_m DOUBLE, heading_deg DOUBLE, frequency_khz DOUBLE, source_file TEXT, ping INTEGER,
  sample INTEGER, detection INTEGER, survey_ping INTEGER);
CREATE TABLE looks (
  look_id INTEGER PRIMARY KEY, geom POINT, contact_id INTEGER NOT NULL, pass INTEGER, side TEXT,
  time_utc TEXT, class TEXT, llr DOUBLE, extended BOOLEAN, detections INTEGER, first_ping INTEGER,
  last_ping INTEGER, first_sample INTEGER, last_sample INTEGER, ping INTEGER, sample INTEGER,
  slant_range_m DOUBLE, ground_range_m DOUBLE, length_m DOUBLE, width_m DOUBLE, height_m DOUBLE,
  detection INTEGER);
CREATE INDEX looks_by_contact ON looks(contact_id);
CREATE TABLE coverage (
  id INTEGER PRIMARY KEY, geom POLYGON, pass INTEGER, side TEXT, quality TEXT, first_sequence INTEGER,
  last_sequence INTEGER, area_m2 DOUBLE);
CREATE TABLE holes (id INTEGER PRIMARY KEY, geom POLYGON, reason TEXT, area_m2 DOUBLE);
CREATE TABLE track (id INTEGER PRIMARY KEY, geom LINESTRING, pass INTEGER, length_m DOUBLE);
CREATE TABLE frames (id INTEGER PRIMARY KEY, report BLOB NOT NULL);
CREATE TABLE detections (id INTEGER PRIMARY KEY, detection BLOB NOT NULL, chip BLOB);
CREATE TABLE chips (contact_id INTEGER PRIMARY KEY, png BLOB NOT NULL);
CREATE TABLE sources (first_ping INTEGER PRIMARY KEY, file TEXT NOT NULL);
CREATE TABLE facts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
)sql";

struct Layer {
  std::string_view table;
  std::string_view geometry;  ///< Empty: a table without geometry.
  std::string_view description;
};

constexpr std::array kLayers{
    Layer{"contacts", "POINT", "What was found, one row a thing"},
    Layer{"looks", "POINT", "Single sightings of the contacts"},
    Layer{"coverage", "POLYGON", "Seabed that was seen, by pass, side and quality"},
    Layer{"holes", "POLYGON", "Seabed inside the survey that was not seen"},
    Layer{"track", "LINESTRING", "Path of the sonar"},
    Layer{"frames", "", "Frame reports as received"},
    Layer{"detections", "", "Detections as received, with their chips"},
    Layer{"chips", "", "A picture of each contact, PNG"},
    Layer{"sources", "", "Which file the pings came from"},
    Layer{"facts", "", "Figures of the run: latency, coverage, counts"},
};

void register_layer(Database& database, const Layer& layer) {
  const bool spatial = !layer.geometry.empty();
  Statement contents(database,
                     "INSERT INTO gpkg_contents(table_name, data_type, identifier, description, srs_id) "
                     "VALUES (?,?,?,?,?)");
  contents.bind(layer.table).bind(spatial ? "features" : "attributes").bind(layer.table);
  contents.bind(layer.description);
  if (spatial) {
    contents.bind(4326);
  } else {
    contents.bind_null();
  }
  contents.run();
  if (!spatial) return;
  Statement geometry(database, "INSERT INTO gpkg_geometry_columns VALUES (?,'geom',?,4326,0,0)");
  geometry.bind(layer.table).bind(layer.geometry).run();
}

std::int64_t pragma(Database& database, std::string_view name) {
  Statement statement(database, fmt::format("PRAGMA {}", name));
  return statement.next() ? statement.integer() : 0;
}

std::int64_t table_count(Database& database) {
  Statement statement(database, "SELECT count(*) FROM sqlite_master");
  return statement.next() ? statement.integer() : 0;
}

std::string layout_name() {
  return fmt::format("{} ({} {} {})", kLayout, sizeof(FrameReport), sizeof(Detection), sizeof(Chip));
}

void create(Database& database) {
  Transaction transaction(database);
  database.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version=10300", kGeoPackage));
  database.execute(std::string(kGeoPackageTables));
  database.execute(std::string(kOwnTables));
  for (const Layer& layer : kLayers) register_layer(database, layer);
  Statement fact(database, "INSERT INTO facts(name, value) VALUES ('layout', ?)");
  fact.bind(layout_name()).run();
  transaction.commit();
}

[[noreturn]] void refuse(const Database& database, std::string_view found) {
  throw StoreError(
      StoreError::Kind::damaged,
      fmt::format("{}: found {}, wanted a contact store of layout {}{}", database.file().string(), found,
                  layout_name(),
                  database.read_only() ? "" : "; give another name, or delete the file to begin anew"));
}

}  // namespace

void require_schema(Database& database) {
  if (pragma(database, "application_id") != kGeoPackage) refuse(database, "a file that is no GeoPackage");
  Statement present(database, "SELECT count(*) FROM sqlite_master WHERE name IN ('facts', 'detections')");
  if (!present.next() || present.integer() != 2) refuse(database, "another program's GeoPackage");
  Statement layout(database, "SELECT value FROM facts WHERE name = 'layout'");
  const std::string found = layout.next() ? layout.text() : "none";
  if (found != layout_name()) refuse(database, "layout " + found);
}

void prepare_schema(Database& database) {
  if (table_count(database) == 0) create(database);
  require_schema(database);
}

}  // namespace towfish
