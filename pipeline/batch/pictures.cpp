#include "pipeline/batch/pictures.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <thread>

#include "pipeline/batch/copies.hpp"
#include "pipeline/contacts/escape.hpp"
#include "pipeline/contacts/output_file.hpp"
#include "pipeline/contacts/store.hpp"
#include "pipeline/contacts/utc_text.hpp"
#include "pipeline/process/child.hpp"

namespace towfish::batch {

namespace fs = std::filesystem;

namespace {

constexpr const char* kHead =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\n"
    "<style>body{{font:15px sans-serif;margin:2em;background:#fff;color:#111}}"
    "table{{border-collapse:collapse}}td,th{{padding:.3em .8em;text-align:left;border-bottom:1px solid #ccc}}"
    "figure{{display:inline-block;margin:.5em;width:150px;font-size:12px;vertical-align:top}}"
    "figure img{{width:128px;height:128px;image-rendering:pixelated}}.waterfall{{max-width:100%}}"
    ".failed{{color:#b00}}</style>\n<h1>{0}</h1>\n";

/// One log and what was seen best in it.
struct Page {
  const LogRow* log = nullptr;
  std::string stem;  ///< Of its files: "12" for 12.html and 12.png.
  std::vector<Contact> contacts;
  bool drawn = false;
};

std::string dash_or(float value, const char* format) {
  return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : "-";
}

std::vector<Page> make_pages(const fs::path& out, const std::vector<LogRow>& logs) {
  std::vector<Page> pages;
  std::map<std::string, std::size_t> by_name;
  const Copies copies = find_copies(logs);
  for (const LogRow& log : logs) {
    if (log.state == LogState::no_log || copies.contains(log.id)) continue;
    by_name[log.name] = pages.size();
    pages.push_back({.log = &log, .stem = std::to_string(log.id), .contacts = {}});
  }
  Store store(out / "contacts.gpkg", Store::Mode::read);
  store.for_each_contact([&](const Contact& contact) {
    const auto page = by_name.find(store.source_of(contact.best.ping));
    if (page == by_name.end()) return;
    Contact kept = contact;
    kept.best.ping = store.ping_in_source(contact.best.ping);
    pages[page->second].contacts.push_back(std::move(kept));
  });
  return pages;
}

/// For the renderer: where to draw the contacts.
void write_marks(const Page& page, const fs::path& file) {
  OutputFile output(file);
  fmt::print(output.stream(), "side,ping,sample,length_m,width_m,class,confidence\n");
  for (const Contact& contact : page.contacts) {
    const Look& best = contact.best;
    fmt::print(output.stream(), "{},{},{},{},{},{},{:.2f}\n", name(best.side), best.ping, best.sample,
               std::isfinite(contact.length_m) ? fmt::to_string(contact.length_m) : "",
               std::isfinite(contact.width_m) ? fmt::to_string(contact.width_m) : "",
               name(contact.contact_class), contact.confidence);
  }
  output.commit();
}

void write_page(const Page& page, const fs::path& folder) {
  OutputFile output(folder / (page.stem + ".html"));
  std::ostream& html = output.stream();
  fmt::print(html, kHead, escape::markup(page.log->name));
  fmt::print(html, "<p><a href=\"../index.html\">all logs</a></p>\n");
  for (const Contact& contact : page.contacts) {
    fmt::print(
        html,
        "<figure><img src=\"../chips/{0}.png\" alt=\"\"><figcaption>{0}: {1} {2:.2f}<br>{3} ping {4}<br>"
        "{5} x {6} m, {7} m high<br>{8}</figcaption></figure>\n",
        contact.id, name(contact.contact_class), contact.confidence, name(contact.best.side),
        contact.best.ping, dash_or(contact.length_m, "{:.1f}"), dash_or(contact.width_m, "{:.1f}"),
        dash_or(contact.height_m, "{:.1f}"), utc_text(contact.best.time_utc_ns));
  }
  if (page.drawn) {
    fmt::print(html, "<p><img class=\"waterfall\" src=\"{}.png\" alt=\"waterfall\"></p>\n", page.stem);
  } else {
    fmt::print(html, "<p class=\"failed\">The waterfall could not be drawn. {}</p>\n",
               escape::markup(page.log->message));
  }
  output.commit();
}

void write_index(const std::vector<Page>& pages, const fs::path& file) {
  OutputFile output(file);
  std::ostream& html = output.stream();
  fmt::print(html, kHead, "Survey");
  fmt::print(html, "<table><tr><th>log<th>begins<th>pings<th>contacts<th>state</tr>\n");
  for (const Page& page : pages) {
    const LogRow& log = *page.log;
    std::uint64_t pings = 0;
    for (const StretchRow& row : log.stretches) pings += row.result.pings;
    fmt::print(html, "<tr><td><a href=\"pictures/{}.html\">{}</a><td>{}<td>{}<td>{}<td{}>{}</tr>\n",
               page.stem, escape::markup(log.name), utc_text(log.size.first_time_ns), pings,
               page.contacts.size(), log.done() ? "" : " class=\"failed\"",
               log.done()            ? "done"
               : log.message.empty() ? "parts set aside"
                                     : escape::markup(log.message));
  }
  fmt::print(html, "</table>\n");
  output.commit();
}

/// The renderers at work.
class Easels {
 public:
  explicit Easels(const fs::path& folder) : folder_(folder) {}

  void begin(Page& page) {
    const fs::path marks = folder_ / (page.stem + ".csv");
    write_marks(page, marks);
    const std::string picture = (folder_ / (page.stem + ".png")).string();
    at_work_.push_back({&page, std::make_unique<process::Child>(
                                   std::vector<std::string>{"render", page.log->path, picture, "--max-height",
                                                            "8000", "--contacts", marks.string()})});
  }
  /// Those that are done leave; how many failed.
  std::size_t look() {
    std::size_t failed = 0;
    std::erase_if(at_work_, [&](Easel& easel) {
      const auto ending = easel.child->ending();
      if (!ending) return false;
      easel.page->drawn = !ending->by_signal && ending->number == 0;
      if (easel.page->drawn) return true;
      ++failed;
      spdlog::error("{}: its picture could not be drawn: the renderer {}", easel.page->log->name,
                    ending->text());
      return true;
    });
    return failed;
  }
  [[nodiscard]] std::size_t size() const noexcept { return at_work_.size(); }

 private:
  struct Easel {
    Page* page;
    std::unique_ptr<process::Child> child;
  };
  fs::path folder_;
  std::vector<Easel> at_work_;
};

}  // namespace

std::size_t write_pictures(const fs::path& out, const std::vector<LogRow>& logs, std::size_t jobs,
                           const std::function<bool()>& tick) {
  const fs::path folder = out / "pictures";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::vector<Page> pages = make_pages(out, logs);
  Easels easels(folder);
  std::size_t failed = 0;
  for (auto next = pages.begin(); next != pages.end() || easels.size() > 0;) {
    if (!tick()) return failed;
    failed += easels.look();
    if (next != pages.end() && easels.size() < jobs) {
      Page& page = *next++;
      if (page.log->state == LogState::cut) easels.begin(page);
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  for (const Page& page : pages) write_page(page, folder);
  write_index(pages, out / "index.html");
  return failed;
}

}  // namespace towfish::batch
