#include <CLI/CLI.hpp>
#include <memory>

#include "pipeline/commands/commands.hpp"
#include "pipeline/commands/nats_options.hpp"
#include "pipeline/shore/shore_message.hpp"
#include "pipeline/shore/station_run.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {

void add_station(CLI::App& app, Run& run) {
  auto options = std::make_shared<shore::StationOptions>();
  options->out = "out/station";
  CLI::App* command = app.add_subcommand(
      "station",
      "Collects what several vehicles find, while they are swimming, into one contact store and one page.\n\n"
      "Vehicles run 'towfish live --publish' and hand their contacts to a NATS leaf node of their own, "
      "whose\n"
      "JetStream domain is the vehicle's name; see docs/shore.md. Runs until Ctrl-C; started again it goes "
      "on\n"
      "where it was.");
  add_nats_options(*command, options->nats);
  command->get_option("--nats")->required();
  command->add_option("--vehicle", options->vehicles, "Name of a vehicle; once for each")
      ->required()
      ->check([](const std::string& name) {
        return shore::is_vehicle_name(name) ? "" : "wanted 1 to 32 letters, digits, - and _, found " + name;
      });
  command->add_option("--out", options->out, "Folder for the store and the exports")->capture_default_str();
  command->add_option("--dashboard-port", options->port, "Serve a page on this port; 0: one that is free");
  command->add_option("--dashboard-address", options->address, "Where the page is served")
      ->capture_default_str();
  command->callback([options, &run] {
    run = [options] {
      nats::require();
      return shore::run_station(*options);
    };
  });
}

}  // namespace towfish::commands
