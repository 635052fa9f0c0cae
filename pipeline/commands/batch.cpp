#include "pipeline/batch/batch.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "pipeline/batch/nats_run.hpp"
#include "pipeline/batch/worker.hpp"
#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/nats_options.hpp"
#include "pipeline/commands/pipeline_options.hpp"

namespace towfish::commands {

namespace {

struct BatchArguments {
  batch::BatchOptions batch;
  PipelineOptions pipeline;
  std::string progress;
  bool quiet = false;
  nats::Address nats;
};

batch::Progress::Style style_of(const BatchArguments& arguments) {
  using Style = batch::Progress::Style;
  if (arguments.quiet || arguments.progress == "none") return Style::none;
  if (arguments.progress == "json") return Style::json;
  if (arguments.progress == "bar") return Style::bar;
  return ::isatty(STDERR_FILENO) != 0 ? Style::bar : Style::lines;
}

int run(const BatchArguments& arguments) {
  if (!arguments.nats.url.empty()) nats::require();
  batch::BatchOptions options = arguments.batch;
  options.settings = read_settings(arguments.pipeline, "replay.yaml", process::Mode::replay);
  options.out = arguments.pipeline.out.empty() ? "out/batch" : arguments.pipeline.out;
  options.progress = style_of(arguments);
  if (!arguments.nats.url.empty()) options.nats = arguments.nats;
  return batch::run_batch(options);
}

}  // namespace

void add_batch(CLI::App& app, Run& run_it) {
  auto arguments = std::make_shared<BatchArguments>();
  CLI::App* command = app.add_subcommand(
      "batch",
      "Finds objects in many recorded logs, with all cores, and merges what it finds.\n\n"
      "Every readable log below the folders is scanned, large ones in several parts at once; the result is\n"
      "the same for any number of jobs. Killed or interrupted, the same command goes on where it stopped; a\n"
      "log that changed is scanned again. A log over which two workers died is set aside and reported.\n"
      "Pictures are not taken for logs.\n\n"
      "Exit status: 0 done; 3 no readable log; 4 done, but logs failed or were set aside (see 'failures' in\n"
      "summary.json); 130 interrupted.");
  command->add_option("places", arguments->batch.places, "Folders of logs, or logs")->required();
  command->add_option("--out", arguments->pipeline.out,
                      "Folder for the results and for the ledger of what is done (default: out/batch)");
  command->add_option("--jobs,-j", arguments->batch.jobs, "Worker processes (default: one a core)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--config", arguments->pipeline.config, "Configuration (default: config/replay.yaml)");
  add_detector_option(*command, arguments->pipeline);
  add_nats_options(*command, arguments->nats);
  command->add_flag("--retry-failed", arguments->batch.retry_failed,
                    "Try again what failed or was set aside in an earlier run");
  command->add_flag("--pictures", arguments->batch.pictures,
                    "Draw every log as a waterfall with its contacts; index.html shows the survey");
  command->add_flag("--afresh", arguments->batch.afresh, "Forget earlier runs and do everything again");
  command->add_flag("--quiet,-q", arguments->quiet, "No progress and no summary: errors only");
  command
      ->add_option("--progress", arguments->progress,
                   "bar: on stderr; json: one object a second on stdout, the summary as the last; none")
      ->check(CLI::IsMember({"bar", "json", "none"}));
  command->callback([arguments, &run_it] { run_it = [arguments] { return run(*arguments); }; });
}

void add_worker(CLI::App& app, Run& run_it) {
  struct Arguments {
    int descriptor = -1;
    nats::Address nats;
    std::vector<std::string> map;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "worker",
      "Scans logs for batches on any machine: takes one job at a time from a NATS work queue until "
      "Ctrl-C.\n\n"
      "Start one a core. The logs must be readable here, from a shared or mounted folder.");
  command->add_option("--socket", arguments->descriptor, "Connection to the batch that started it")
      ->group("");
  add_nats_options(*command, arguments->nats);
  command->add_option("--map", arguments->map, "Where the batch's folder is on this machine: FROM TO")
      ->expected(2);
  command->callback([arguments, &run_it] {
    run_it = [arguments] {
      if (arguments->descriptor >= 0) return batch::worker_main(arguments->descriptor);
      if (arguments->nats.url.empty()) throw UsageError("towfish worker: wanted --nats with a server");
      const bool mapped = !arguments->map.empty();
      return batch::nats_worker_main(arguments->nats, mapped ? arguments->map[0] : "",
                                     mapped ? arguments->map[1] : "");
    };
  });
}

}  // namespace towfish::commands
