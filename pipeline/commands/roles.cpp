#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "pipeline/commands/commands.hpp"
#include "pipeline/dashboard/dashboard.hpp"
#include "pipeline/process/role_main.hpp"
#include "pipeline/shore/publisher.hpp"

namespace towfish::commands {

namespace {

struct RoleOptions {
  std::string session;
  std::string side;
  std::string frame;
};

struct Role {
  CLI::App* command;
  CLI::Option* session;
};

Role add_role(CLI::App& app, const std::string& name, const std::string& description, RoleOptions& options) {
  CLI::App* command = app.add_subcommand(name, description + " A role by itself, for a session that runs.");
  return {command, command->add_option("--session", options.session, "The session to attach to")};
}

void require_session(const Role& role, std::function<void()> callback) {
  role.session->required();
  role.command->callback(std::move(callback));
}

void add_detector(CLI::App& app, Run& run, const std::shared_ptr<RoleOptions>& options) {
  const auto [command, session] = add_role(app, "detector", "Scans one side.", *options);
  CLI::Option* side = command->add_option("--side", options->side, "port or starboard")
                          ->check(CLI::IsMember({"port", "starboard"}));
  command
      ->add_option(
          "--frame", options->frame,
          "No session: a file of a run's quarantine/. Scans that frame as the detector did that died over "
          "it and prints what it finds as JSON (for gdb: gdb --args towfish detector --frame FILE)")
      ->excludes(session)
      ->excludes(side);
  command->callback([options, &run] {
    if (!options->frame.empty()) {
      run = [options] { return scan_quarantined_frame(options->frame); };
      return;
    }
    if (options->session.empty() || options->side.empty()) {
      throw CLI::RequiredError("--session and --side, or --frame,");
    }
    const shm::Role role = shm::detector_of(options->side == "port" ? Side::port : Side::starboard);
    run = [options, role] { return process::role_main(options->session, role); };
  });
}

}  // namespace

void add_roles(CLI::App& app, Run& run) {
  auto options = std::make_shared<RoleOptions>();
  const auto runs = [options, &run](shm::Role role) {
    return [options, role, &run] {
      run = [options, role] { return process::role_main(options->session, role); };
    };
  };
  require_session(add_role(app, "source", "Emits frames.", *options), runs(shm::Role::source));
  require_session(add_role(app, "fusion", "Merges detections into contacts.", *options),
                  runs(shm::Role::fusion));
  require_session(add_role(app, "dashboard", "Serves the page for people.", *options), [options, &run] {
    run = [options] { return dashboard::dashboard_main(options->session); };
  });
  require_session(add_role(app, "publisher", "Sends contacts and health to the shore.", *options),
                  [options, &run] { run = [options] { return shore::publisher_main(options->session); }; });
  add_detector(app, run, options);
}

}  // namespace towfish::commands
