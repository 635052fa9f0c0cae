#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/log_options.hpp"
#include "pipeline/commands/number_in.hpp"
#include "pipeline/commands/outputs.hpp"
#include "pipeline/commands/scenario_log.hpp"
#include "pipeline/commands/waterfall.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {
namespace {

constexpr std::array<std::uint8_t, 3> kContactColour{80, 220, 255};
constexpr std::array<std::uint8_t, 3> kTruthColour{110, 255, 110};

struct RenderOptions {
  std::string log;
  std::string out;
  std::string contacts;
  std::string truth;
  std::string from;
  std::string to;
  std::string colour_map{colour_map_names().front()};
  bool plain = false;
  WaterfallOptions waterfall;
  LogArguments arguments;
};

const ColourMap& find_colour_map(const std::string& wanted) {
  if (const ColourMap* map = colour_map(wanted)) return *map;
  throw UsageError(
      fmt::format("--colour-map '{}': wanted one of {}", wanted, fmt::join(colour_map_names(), ", ")));
}

void draw_marks(Drawing& drawing, const std::string& file, std::array<std::uint8_t, 3> colour,
                const std::string& log_name, Log& log) {
  if (file.empty()) return;
  Marks marks = read_marks(file);
  const std::size_t others = leave_out_other_logs(marks.marks, log_name);
  if (others > 0) spdlog::info("{}: {} rows of other logs are not drawn", file, others);
  drawing.draw_marks(marks.marks, colour, log);
  if (marks.without_place > 0)
    spdlog::warn("{}: {} rows have no ping or sample and are not drawn", file, marks.without_place);
}

int render(const RenderOptions& options) {
  refuse_overwriting({{"out", options.out}}, {options.log, options.contacts, options.truth});
  require_writable({{"out", options.out}});
  const ColourMap& map = find_colour_map(options.colour_map);
  const auto log = is_scenario(options.log) ? open_scenario(options.log)
                                            : open_log(options.log, options.arguments.parsed());
  WaterfallOptions wanted = options.waterfall;
  if (!options.from.empty()) wanted.first_ping = parse_place(options.from, "--from", *log);
  if (!options.to.empty()) wanted.end_ping = parse_place(options.to, "--to", *log);
  Progress progress("rendering", *log);
  const Waterfall waterfall = paint(*log, wanted, [&] { progress.ping(); });
  Drawing drawing(waterfall, map);
  if (!options.plain) drawing.draw_scale();
  draw_marks(drawing, options.truth, kTruthColour, options.log, *log);
  draw_marks(drawing, options.contacts, kContactColour, options.log, *log);
  write_png(options.out, drawing.picture());
  spdlog::info("{}: {} x {} pixels, {:.3f} m across and {:.3f} m along track each", options.out,
               waterfall.picture.width, waterfall.picture.height, waterfall.metres_per_column,
               waterfall.metres_per_row);
  return 0;
}

}  // namespace

void add_render(CLI::App& app, Run& run) {
  auto options = std::make_shared<RenderOptions>();
  CLI::App* command =
      app.add_subcommand("render", "Draws a log or a scenario as a waterfall picture, with contacts.");
  command->add_option("log", options->log, "Recorded log of any format, or a scenario's YAML file")
      ->required();
  command->add_option("out", options->out, "PNG file to write")->required();
  command->add_option("--contacts", options->contacts, "CSV of contacts to draw, in blue");
  command->add_option("--truth", options->truth, "CSV of true objects to draw, in green");
  command
      ->add_option("--colour-map", options->colour_map,
                   fmt::format("One of {}", fmt::join(colour_map_names(), ", ")))
      ->capture_default_str();
  command->add_option("--from", options->from, "First ping: a number from 0, or a UTC time");
  command->add_option("--to", options->to, "Ping before which to stop: a number, or a UTC time");
  command->add_option("--max-width", options->waterfall.max_width, "Pixels of both sides together")
      ->check(CLI::Range(64, 20000))
      ->capture_default_str();
  command
      ->add_option("--max-height", options->waterfall.max_height,
                   "Pixels along track; pings are averaged to fit")
      ->check(CLI::Range(16, 60000))
      ->capture_default_str();
  command->add_option("--gamma", options->waterfall.gamma, "Brightness is amplitude to this power")
      ->check(number_in(0.1, 3.0))
      ->capture_default_str();
  command->add_flag("--square", options->waterfall.square, "The same metres a pixel along and across track");
  command->add_flag("--plain", options->plain, "No range lines, ping numbers and scale");
  options->arguments.add_to(*command);
  command->callback([options, &run] { run = [options] { return render(*options); }; });
}

}  // namespace towfish::commands
