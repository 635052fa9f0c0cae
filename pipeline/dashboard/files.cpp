#include "pipeline/dashboard/files.hpp"

#include <sqlite3.h>

#include <array>
#include <charconv>
#include <memory>
#include <sstream>
#include <utility>

#include "pipeline/contacts/csv.hpp"
#include "pipeline/contacts/geojson.hpp"
#include "pipeline/contacts/kml.hpp"
#include "pipeline/contacts/report.hpp"
#include "pipeline/contacts/store.hpp"
#include "pipeline/dashboard/page.hpp"

namespace towfish::dashboard {

namespace {

constexpr std::string_view kPage = "/page/";
constexpr std::string_view kChip = "/chip/";
constexpr std::string_view kExport = "/export/";
constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;  // of a store sent as a whole

Reply reply(std::string body, std::string type, std::string file_name = {}) {
  return {200, std::move(type), std::move(file_name), std::make_shared<const std::string>(std::move(body))};
}

/// What a store can be written out as.
struct Form {
  std::string_view file_name;
  std::string_view content_type;
  void (*write)(Store& store, std::ostream& out);
};

constexpr std::array kForms{
    Form{"contacts.csv", "text/csv; charset=utf-8", [](Store& s, std::ostream& out) { write_csv(s, out); }},
    Form{"contacts.geojson", "application/geo+json",
         [](Store& s, std::ostream& out) { write_geojson(s, out); }},
    Form{"contacts.kml", "application/vnd.google-earth.kml+xml",
         [](Store& s, std::ostream& out) { write_kml(s, out); }},
    Form{"report.html", "text/html; charset=utf-8",
         [](Store& s, std::ostream& out) { write_report(s, {}, out); }},
};

/// The whole store at one moment, while others write to it.
std::string copy_of(const std::filesystem::path& file) {
  if (std::filesystem::file_size(file) > kMostBytes) {
    throw std::runtime_error("the store is too large to be sent: copy " + file.string());
  }
  Store store(file, Store::Mode::read);
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, void (*)(void*)> bytes(
      sqlite3_serialize(store.connection(), "main", &size, 0), &sqlite3_free);
  if (bytes == nullptr) throw std::runtime_error(file.string() + ": cannot be copied");
  std::string copy(reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size));
  // Bytes 18 and 19 say that there is a write-ahead log beside it; this copy has none.
  if (copy.size() > 19) copy[18] = copy[19] = 1;
  return copy;
}

}  // namespace

Files::Files(std::filesystem::path store, std::function<std::string()> summary)
    : store_(std::move(store)), summary_(std::move(summary)) {}

std::function<Reply()> Files::get(std::string_view path) const {
  if (path == "/") path = "/page/index.html";
  if (path.starts_with(kPage)) {
    const PageFile* file = page_file(path.substr(kPage.size()));
    if (file == nullptr) return nullptr;
    return [file] { return reply(std::string(file->content), std::string(file->content_type)); };
  }
  if (path.starts_with(kChip)) return chip(path.substr(kChip.size()));
  if (path.starts_with(kExport)) return exported(path.substr(kExport.size()));
  return nullptr;
}

std::function<Reply()> Files::chip(std::string_view detection) const {
  std::uint64_t key = 0;
  const auto [end, error] = std::from_chars(detection.data(), detection.data() + detection.size(), key);
  if (error != std::errc() || end != detection.data() + detection.size()) return nullptr;
  return [file = store_, key] {
    const auto chip = Store(file, Store::Mode::read).chip(key);
    if (!chip) return refusal(404, "no chip was kept");
    return reply({reinterpret_cast<const char*>(chip->pixels), sizeof chip->pixels},
                 "application/octet-stream");
  };
}

std::function<Reply()> Files::exported(std::string_view name) const {
  if (name == "contacts.gpkg") {
    return
        [file = store_] { return reply(copy_of(file), "application/geopackage+sqlite3", "contacts.gpkg"); };
  }
  if (name == "summary.json") {
    return [make = summary_] { return reply(make(), "application/json", "summary.json"); };
  }
  for (const Form& form : kForms) {
    if (name != form.file_name) continue;
    return [&form, file = store_] {
      Store store(file, Store::Mode::read);
      std::ostringstream out;
      form.write(store, out);
      return reply(std::move(out).str(), std::string(form.content_type), std::string(form.file_name));
    };
  }
  return nullptr;
}

}  // namespace towfish::dashboard
