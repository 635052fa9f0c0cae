#include "pipeline/dashboard/page.hpp"

#include <array>
#include <cstddef>

// NOLINTBEGIN(bugprone-reserved-identifier)
#define TOWFISH_PAGE(symbol)                     \
  extern "C" const char towfish_page_##symbol[]; \
  extern "C" const char towfish_page_##symbol##_end[]
// NOLINTEND(bugprone-reserved-identifier)

TOWFISH_PAGE(index_html);
TOWFISH_PAGE(style_css);
TOWFISH_PAGE(main_js);
TOWFISH_PAGE(link_js);
TOWFISH_PAGE(geo_js);
TOWFISH_PAGE(lines_js);
TOWFISH_PAGE(colour_js);
TOWFISH_PAGE(waterfall_js);
TOWFISH_PAGE(contacts_js);
TOWFISH_PAGE(map_js);
TOWFISH_PAGE(health_js);
TOWFISH_PAGE(control_js);
TOWFISH_PAGE(station_js);
TOWFISH_PAGE(mark_js);
TOWFISH_PAGE(measurement_js);
TOWFISH_PAGE(icon_svg);

#undef TOWFISH_PAGE

namespace towfish::dashboard {

namespace {

constexpr std::string_view kScript = "text/javascript; charset=utf-8";

std::string_view between(const char* first, const char* end) {
  return {first, static_cast<std::size_t>(end - first)};
}

}  // namespace

const PageFile* page_file(std::string_view name) noexcept {
#define TOWFISH_FILE(symbol) between(towfish_page_##symbol, towfish_page_##symbol##_end)
  static const std::array kFiles{
      PageFile{"index.html", "text/html; charset=utf-8", TOWFISH_FILE(index_html)},
      PageFile{"style.css", "text/css; charset=utf-8", TOWFISH_FILE(style_css)},
      PageFile{"main.js", kScript, TOWFISH_FILE(main_js)},
      PageFile{"link.js", kScript, TOWFISH_FILE(link_js)},
      PageFile{"geo.js", kScript, TOWFISH_FILE(geo_js)},
      PageFile{"lines.js", kScript, TOWFISH_FILE(lines_js)},
      PageFile{"colour.js", kScript, TOWFISH_FILE(colour_js)},
      PageFile{"waterfall.js", kScript, TOWFISH_FILE(waterfall_js)},
      PageFile{"contacts.js", kScript, TOWFISH_FILE(contacts_js)},
      PageFile{"map.js", kScript, TOWFISH_FILE(map_js)},
      PageFile{"health.js", kScript, TOWFISH_FILE(health_js)},
      PageFile{"control.js", kScript, TOWFISH_FILE(control_js)},
      PageFile{"station.js", kScript, TOWFISH_FILE(station_js)},
      PageFile{"mark.js", kScript, TOWFISH_FILE(mark_js)},
      PageFile{"measurement.js", kScript, TOWFISH_FILE(measurement_js)},
      PageFile{"icon.svg", "image/svg+xml", TOWFISH_FILE(icon_svg)},
  };
#undef TOWFISH_FILE
  for (const PageFile& file : kFiles) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

}  // namespace towfish::dashboard
