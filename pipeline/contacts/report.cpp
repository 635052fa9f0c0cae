#include "pipeline/contacts/report.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/chip_picture.hpp"
#include "pipeline/contacts/contact_fields.hpp"
#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/output_file.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish {

namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>towfish report</title>
<style>
body{font:15px/1.4 sans-serif;margin:2em auto;max-width:1100px;padding:0 1em;color:#1c2530;background:#fff}
h1{font-size:1.5em} h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid #ccd}
table{border-collapse:collapse} td,th{padding:.2em .7em;text-align:right;border-bottom:1px solid #e4e8ee}
td:first-child,th:first-child{text-align:left} svg{max-width:100%;background:#f4f7fa}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:1em}
.card{border:1px solid #ccd;border-radius:4px;padding:.7em} .card img{width:100%;image-rendering:pixelated}
.card table{width:100%;font-size:12px} .wide{overflow-x:auto} .key{margin-right:1.2em} .waterfall{max-width:100%}
polygon.good{fill:#5aa9d6;fill-opacity:.45} polygon.fair{fill:#a9c8da;fill-opacity:.45}
polygon.hole{fill:#f0a030;fill-opacity:.35} .track{fill:none;stroke:#456;stroke-width:1}
svg text{font-size:11px;fill:#1c2530} .scale{stroke:#1c2530;stroke-width:2}
.MILCO circle{fill:#d01020} .NOMBO circle{fill:#e08a00} .MILEC circle{fill:#667}
g ellipse{fill:none;stroke:#1c2530;stroke-opacity:.5}
</style></head><body>
<h1>towfish report</h1>
)";

constexpr std::string_view kLegend =
    R"(<p><span class="key">&#9632; <b style="color:#5aa9d6">seen well</b></span><span class="key">&#9632;
<b style="color:#a9c8da">seen less well</b></span><span class="key">&#9632; <b style="color:#f0a030">hole</b></span>
<span class="key">&#9679; <b style="color:#d01020">MILCO</b></span><span class="key">&#9679;
<b style="color:#e08a00">NOMBO</b></span><span class="key">&#9679; <b style="color:#667">MILEC</b></span>
<span class="key">&#9675; 95 % error ellipse</span></p>
)";

constexpr std::size_t kMostHoles = 50;
constexpr std::size_t kMostCards = 500;

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  constexpr std::array<std::uint8_t, 4> kPng{0x89, 'P', 'N', 'G'};
  if (!in || bytes.size() < kPng.size() || !std::equal(kPng.begin(), kPng.end(), bytes.begin())) {
    throw InputError(
        fmt::format("cannot take {} into the report: it is no readable PNG picture", file.string()));
  }
  return bytes;
}

void write_table(const std::vector<Contact>& contacts, std::ostream& out) {
  out << "<h2>Table</h2>\n<div class=\"wide\"><table><tr><th>contact</th><th>class</th><th>confidence</th>"
         "<th>latitude</th><th>longitude</th><th>error m</th><th>length m</th><th>height m</th><th>looks</th>"
         "<th>misses</th></tr>\n";
  const auto number = [](double value, int decimals) {
    return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : std::string();
  };
  for (const Contact& c : contacts) {
    fmt::print(
        out,
        "<tr><td>{}</td><td>{}</td><td>{:.3f}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td><td>{}</td></tr>\n",
        c.id, name(c.contact_class), c.confidence, number(c.position.latitude_deg, 7),
        number(c.position.longitude_deg, 7), number(c.position_error_m(), 1), number(c.length_m, 2),
        number(c.height_m, 2), c.looks.size(), c.misses);
  }
  out << "</table></div>\n";
}

void write_contacts(Store& store, const std::vector<Contact>& contacts, std::ostream& out) {
  fmt::print(out, "<h2>Contacts</h2>\n<p>{} in all, surest first{}.</p>\n<div class=\"cards\">\n",
             contacts.size(),
             contacts.size() > kMostCards ? fmt::format("; the first {} are shown", kMostCards) : "");
  for (std::size_t i = 0; i < std::min(contacts.size(), kMostCards); ++i) {
    const Contact& contact = contacts[i];
    fmt::print(out, "<div class=\"card\"><b>{} {}</b>", name(contact.contact_class), contact.id);
    if (const auto chip = store.chip(contact.best.detection)) {
      fmt::print(out, "<img alt=\"chip of contact {}\" src=\"data:image/png;base64,{}\">", contact.id,
                 base64(chip_png(*chip)));
    }
    out << "<table>";
    for (const auto& [key, value] : contact_fields(contact, store)) {
      if (key == "class") continue;
      fmt::print(out, "<tr><td>{}</td><td>{}</td></tr>", key, escape::markup(value));
    }
    out << "</table></div>\n";
  }
  out << "</div>\n";
}

/// The members of a fact that is a JSON object; none if there is no such fact or it is something else.
nlohmann::ordered_json object_fact(Store& store, std::string_view name) {
  const auto text = store.fact(name);
  auto json = text ? nlohmann::ordered_json::parse(*text, nullptr, false) : nlohmann::ordered_json::object();
  return json.is_object() ? json : nlohmann::ordered_json::object();
}

void write_coverage(Store& store, const Survey& survey, std::ostream& out) {
  out << "<h2>Coverage</h2>\n<table>";
  const auto coverage = object_fact(store, "coverage");
  for (const auto& [key, value] : coverage.items()) {
    fmt::print(out, "<tr><td>{}</td><td>{}</td></tr>", escape::markup(key), escape::markup(value.dump()));
  }
  fmt::print(out, "</table>\n<h2>Holes</h2>\n<p>{}{}</p>\n<table>", survey.holes.size(),
             survey.holes.size() > kMostHoles ? fmt::format("; the largest {}:", kMostHoles) : "");
  for (std::size_t i = 0; i < std::min(survey.holes.size(), kMostHoles); ++i) {
    const Hole& hole = survey.holes[i];
    if (hole.outline.empty()) continue;
    fmt::print(out, "<tr><td>{}</td><td>{:.0f} m&sup2;</td><td>{:.6f} {:.6f}</td></tr>",
               escape::markup(hole.reason), hole.area_m2, hole.outline.front().latitude_deg,
               hole.outline.front().longitude_deg);
  }
  out << "</table>\n";
}

void write_latency(Store& store, std::ostream& out) {
  const auto stages = object_fact(store, "latency_us");
  if (stages.empty()) return;
  out << "<h2>Latency, microseconds</h2>\n<table>";
  bool head = false;
  for (const auto& [stage, figures] : stages.items()) {
    // Figures by side and the list of the worst frames are in summary.json.
    if (!figures.is_object() || !figures.contains("p50")) continue;
    if (!head) {
      out << "<tr><th>stage</th>";
      for (const auto& [key, value] : figures.items()) fmt::print(out, "<th>{}</th>", escape::markup(key));
      out << "</tr>";
      head = true;
    }
    fmt::print(out, "<tr><td>{}</td>", escape::markup(stage));
    for (const auto& [key, value] : figures.items())
      fmt::print(out, "<td>{}</td>", escape::markup(value.dump()));
    out << "</tr>";
  }
  out << "</table>\n";
}

}  // namespace

void write_report(Store& store, std::span<const std::filesystem::path> waterfalls, std::ostream& out) {
  const Survey survey = store.survey();
  std::vector<Contact> contacts;
  store.for_each_contact([&](const Contact& contact) { contacts.push_back(contact); });
  std::ranges::stable_sort(contacts, std::greater{}, &Contact::confidence);
  out << kHead;
  fmt::print(out, "<p>{}</p>\n<h2>Map</h2>\n", escape::markup(store.file().filename().string()));
  const std::string map = survey_map(survey, contacts);
  out << (map.empty() ? "<p>Nothing has a position.</p>\n" : map + std::string(kLegend));
  for (const std::filesystem::path& file : waterfalls) {
    fmt::print(out,
               "<h2>{}</h2>\n<img class=\"waterfall\" alt=\"waterfall\" src=\"data:image/png;base64,{}\">\n",
               escape::markup(file.filename().string()), base64(bytes_of(file)));
  }
  write_contacts(store, contacts, out);
  write_table(contacts, out);
  write_coverage(store, survey, out);
  write_latency(store, out);
  out << "</body></html>\n";
}

void write_report(Store& store, std::span<const std::filesystem::path> waterfalls,
                  const std::filesystem::path& file) {
  OutputFile output(file);
  write_report(store, waterfalls, output.stream());
  output.commit();
}

}  // namespace towfish
