#include "pipeline/process/roles.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "pipeline/commands/commands.hpp"
#include "pipeline/dashboard/dashboard.hpp"
#include "pipeline/shore/publisher.hpp"

namespace towfish::commands {

namespace {

struct RoleOptions {
  std::string session;
  std::string side;
};

CLI::App* add_role(CLI::App& app, const std::string& name, const std::string& description,
                   RoleOptions& options) {
  CLI::App* command = app.add_subcommand(name, description + " A role by itself, for a session that runs.");
  command->add_option("--session", options.session, "The session to attach to")->required();
  return command;
}

}  // namespace

void add_roles(CLI::App& app, Run& run) {
  auto options = std::make_shared<RoleOptions>();
  const auto runs = [options, &run](shm::Role role) {
    run = [options, role] { return process::role_main(options->session, role); };
  };
  add_role(app, "source", "Emits frames.", *options)->callback([runs] { runs(shm::Role::source); });
  add_role(app, "fusion", "Merges detections into contacts.", *options)->callback([runs] {
    runs(shm::Role::fusion);
  });
  add_role(app, "dashboard", "Serves the page for people.", *options)->callback([options, &run] {
    run = [options] { return dashboard::dashboard_main(options->session); };
  });
  add_role(app, "publisher", "Sends contacts and health to the shore.", *options)->callback([options, &run] {
    run = [options] { return shore::publisher_main(options->session); };
  });
  CLI::App* detector = add_role(app, "detector", "Scans one side.", *options);
  detector->add_option("--side", options->side, "port or starboard")
      ->required()
      ->check(CLI::IsMember({"port", "starboard"}));
  detector->callback(
      [options, runs] { runs(shm::detector_of(options->side == "port" ? Side::port : Side::starboard)); });
}

}  // namespace towfish::commands
