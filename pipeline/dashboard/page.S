// The files of the page as they are, each between two symbols; page.cpp says what they are called.
  .section .rodata

.macro embed symbol file
  .global \symbol
  .global \symbol\()_end
\symbol:
  .incbin "\file"
\symbol\()_end:
.endm

  embed towfish_page_index_html index.html
  embed towfish_page_style_css style.css
  embed towfish_page_main_js main.js
  embed towfish_page_link_js link.js
  embed towfish_page_geo_js geo.js
  embed towfish_page_lines_js lines.js
  embed towfish_page_colour_js colour.js
  embed towfish_page_waterfall_js waterfall.js
  embed towfish_page_contacts_js contacts.js
  embed towfish_page_map_js map.js
  embed towfish_page_health_js health.js
  embed towfish_page_control_js control.js
  embed towfish_page_station_js station.js
  embed towfish_page_mark_js mark.js
  embed towfish_page_measurement_js measurement.js
  embed towfish_page_icon_svg icon.svg

  .section .note.GNU-stack,"",@progbits
