#include "pipeline/contacts/reviews.hpp"

#include "pipeline/contacts/database.hpp"
#include "pipeline/contacts/schema.hpp"

namespace towfish {

namespace {

Review::Verdict verdict_of(const std::string& text) {
  for (const auto verdict : {Review::Verdict::accepted, Review::Verdict::rejected}) {
    if (text == name(verdict)) return verdict;
  }
  return Review::Verdict::open;
}

bool has_reviews(Database& database) {
  Statement found(database, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'reviews'");
  return found.next() && found.integer() > 0;
}

void make_table(Database& database) {
  database.execute(
      "CREATE TABLE reviews (id INTEGER PRIMARY KEY AUTOINCREMENT, contact_id INTEGER NOT NULL, "
      "detection INTEGER NOT NULL, verdict TEXT NOT NULL, class TEXT NOT NULL, comment TEXT NOT NULL, "
      "reviewer TEXT NOT NULL, "
      "time_utc TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));"
      "INSERT INTO gpkg_contents(table_name, data_type, identifier, description) VALUES "
      "('reviews', 'attributes', 'reviews', 'What people said about the contacts; the last one holds')");
}

}  // namespace

void add_review(const std::filesystem::path& store, const Review& review) {
  Database database(store, Database::Access::read_write);
  require_schema(database);
  Transaction transaction(database);
  if (!has_reviews(database)) make_table(database);
  Statement insert(database,
                   "INSERT INTO reviews(contact_id, detection, verdict, class, comment, reviewer) VALUES "
                   "(?,?,?,?,?,?)");
  insert.bind(review.contact).bind(review.detection).bind(name(review.verdict));
  insert.bind(review.contact_class).bind(review.comment).bind(review.by);
  insert.run();
  transaction.commit();
}

std::vector<Review> reviews(const std::filesystem::path& store) {
  Database database(store, Database::Access::read_only);
  std::vector<Review> all;
  if (!has_reviews(database)) return all;
  Statement rows(database,
                 "SELECT contact_id, detection, verdict, class, comment, reviewer, time_utc FROM reviews "
                 "ORDER BY id");
  while (rows.next()) {
    Review review;
    review.contact = rows.natural();
    review.detection = rows.natural();
    review.verdict = verdict_of(rows.text());
    review.contact_class = rows.text();
    review.comment = rows.text();
    review.by = rows.text();
    review.time_utc = rows.text();
    all.push_back(std::move(review));
  }
  return all;
}

}  // namespace towfish
