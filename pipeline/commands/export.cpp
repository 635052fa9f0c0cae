#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/outputs.hpp"
#include "pipeline/contacts/contact_message.hpp"
#include "pipeline/contacts/csv.hpp"
#include "pipeline/contacts/geojson.hpp"
#include "pipeline/contacts/kml.hpp"
#include "pipeline/contacts/nmea.hpp"
#include "pipeline/contacts/output_file.hpp"
#include "pipeline/contacts/report.hpp"
#include "pipeline/contacts/yolo.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

namespace {

struct ExportOptions {
  std::filesystem::path store;
  std::string format;
  std::filesystem::path out;
  bool thumbnails = false;
  std::vector<std::filesystem::path> waterfalls;
};

void write_messages(Store& store, bool thumbnails, std::ostream& out) {
  const auto put = [&](const std::vector<std::uint8_t>& packet) {
    out.write(reinterpret_cast<const char*>(packet.data()), static_cast<std::streamsize>(packet.size()));
  };
  store.for_each_contact([&](const Contact& contact) {
    const auto chip = thumbnails ? store.chip(contact.best.detection) : std::nullopt;
    put(contact_message::encode(contact_message::message_of(contact, chip.has_value())));
    if (!chip) return;
    for (const auto& part :
         contact_message::encode_thumbnail(static_cast<std::uint32_t>(contact.id), *chip)) {
      put(part);
    }
  });
}

/// Formats that are one stream; kmz and yolo need a name.
void write_stream(Store& store, const ExportOptions& options, std::ostream& out) {
  const std::map<std::string, std::function<void()>> writers{
      {"csv", [&] { write_csv(store, out); }},
      {"geojson", [&] { write_geojson(store, out); }},
      {"kml", [&] { write_kml(store, out); }},
      {"nmea", [&] { write_nmea(store, out); }},
      {"html", [&] { write_report(store, options.waterfalls, out); }},
      {"messages", [&] { write_messages(store, options.thumbnails, out); }}};
  writers.at(options.format)();
}

void write_to(Store& store, const ExportOptions& options) {
  if (options.format == "yolo") {
    spdlog::info("{} pictures in {}", write_yolo(store, options.out), options.out.string());
  } else if (options.format == "kmz") {
    write_kmz(store, options.out);
  } else {
    OutputFile file(options.out);
    write_stream(store, options, file.stream());
    file.commit();
  }
}

Store open_store(const std::filesystem::path& file) {
  try {
    return {file, Store::Mode::read};
  } catch (const StoreError& error) {
    throw InputError(error.what());
  }
}

/// Some formats are places and nothing else.
void tell_unplaced(Store& store) {
  std::size_t contacts = 0;
  std::size_t unplaced = 0;
  store.for_each_contact([&](const Contact& contact) {
    ++contacts;
    unplaced += contact.has_position() ? 0 : 1;
  });
  if (unplaced > 0) spdlog::warn("{} of {} contacts have no position and are left out", unplaced, contacts);
}

int run_export(const ExportOptions& options) {
  const bool needs_name = options.format == "kmz" || options.format == "yolo";
  if (needs_name && options.out.empty()) {
    throw UsageError(
        fmt::format("--format {} needs --out: it does not go to the standard output", options.format));
  }
  if (options.thumbnails && options.format != "messages")
    throw UsageError("--thumbnails: only messages have them; see --format");
  if (!options.waterfalls.empty() && options.format != "html")
    throw UsageError("--waterfall: only html takes pictures in; see --format");
  if (!std::filesystem::exists(options.store)) {
    throw InputError(
        fmt::format("{} does not exist; wanted the contacts.gpkg of an earlier run", options.store.string()));
  }
  std::vector<std::string> inputs{options.store.string()};
  for (const auto& waterfall : options.waterfalls) inputs.push_back(waterfall.string());
  refuse_overwriting({{"--out", options.out.string()}}, inputs);
  Store store = open_store(options.store);
  if (options.format == "kml" || options.format == "kmz" || options.format == "nmea") tell_unplaced(store);
  try {
    if (options.out.empty()) {
      write_stream(store, options, std::cout);
    } else {
      write_to(store, options);
    }
  } catch (const StoreError& error) {
    if (error.kind() == StoreError::Kind::damaged) throw InputError(error.what());
    throw;
  }
  return 0;
}

int run_decode(const std::filesystem::path& file) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened || std::filesystem::is_directory(file)) {
      throw InputError(
          fmt::format("{} cannot be read; wanted a file of contact messages, or - for the standard input",
                      file.string()));
    }
  }
  std::istream& in = file == "-" ? std::cin : opened;
  contact_message::Decoder decoder;
  std::vector<char> block(4096);
  std::uint64_t packets = 0;
  bool more = true;
  while (more) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto count = static_cast<std::size_t>(in.gcount());
    more = count > 0;
    decoder.feed({reinterpret_cast<const std::uint8_t*>(block.data()), count});
    if (!more) decoder.finish();
    while (const auto packet = decoder.next()) {
      std::cout << contact_message::json_line(*packet);
      ++packets;
    }
  }
  if (decoder.skipped() > 0)
    spdlog::warn("{} bytes belong to no packet and were passed over", decoder.skipped());
  if (packets == 0) throw InputError(fmt::format("{}: no contact message in it", file.string()));
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Writes the contacts of a run for other software.");
  command->add_option("store", options->store, "contacts.gpkg of a run")->required();
  command
      ->add_option(
          "--format", options->format,
          "csv, geojson, kml, kmz (with chips), nmea ($EXWPT lines), html (report), yolo (folder of chips "
          "and labels), messages (binary, for low-rate links; see decode)")
      ->required()
      ->check(CLI::IsMember({"csv", "geojson", "kml", "kmz", "nmea", "html", "yolo", "messages"}));
  command->add_option(
      "--out", options->out,
      "File to write (default: the standard output, but for kmz and yolo); for yolo a new folder");
  command->add_flag("--thumbnails", options->thumbnails,
                    "messages: with a 32 x 32 picture in further packets");
  command->add_option("--waterfall", options->waterfalls,
                      "html: PNG pictures to take in, as towfish render makes them");
  command->callback([options, &run] { run = [options] { return run_export(*options); }; });
}

void add_decode(CLI::App& app, Run& run) {
  auto file = std::make_shared<std::filesystem::path>();
  CLI::App* command = app.add_subcommand(
      "decode", "Prints contact messages, as export --format messages makes them, as JSON lines.");
  command->add_option("file", *file, "File of messages, or - for the standard input")->required();
  command->callback([file, &run] { run = [file] { return run_decode(*file); }; });
}

}  // namespace towfish::commands
