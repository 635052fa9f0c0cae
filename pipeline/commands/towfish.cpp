#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "pipeline/commands/commands.hpp"
#include "pipeline/process/log_pattern.hpp"
#include "pipeline/shm/segment.hpp"
#include "pipeline/sonar/error.hpp"

namespace {

int report(const std::exception& error, int status) {
  spdlog::error("{}", error.what());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("towfish"));
  towfish::process::set_log_pattern("");

  CLI::App app{"towfish: finds mine-like objects in side-scan sonar, live or in recorded logs.", "towfish"};
  app.set_version_flag("--version", "towfish " TOWFISH_VERSION, "Print the version and exit");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  towfish::commands::Run run;
  towfish::commands::add_live(app, run);
  towfish::commands::add_replay(app, run);
  towfish::commands::add_batch(app, run);
  towfish::commands::add_worker(app, run);
  towfish::commands::add_station(app, run);
  towfish::commands::add_info(app, run);
  towfish::commands::add_convert(app, run);
  towfish::commands::add_render(app, run);
  towfish::commands::add_roles(app, run);
  towfish::commands::add_export(app, run);
  towfish::commands::add_decode(app, run);
  towfish::commands::add_evaluate(app, run);
  towfish::commands::add_bench(app, run);
  towfish::commands::add_doctor(app, run);
  towfish::commands::add_top(app, run);

  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    const auto rest = app.remaining();
    if (!rest.empty()) spdlog::error("'{}' is no command", rest.front());
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    const int status = run();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    spdlog::error("the standard output cannot be written: {}", std::strerror(errno));
    return status == 0 ? 1 : status;
  } catch (const towfish::UsageError& error) {
    return report(error, 2);
  } catch (const towfish::InputError& error) {
    return report(error, 3);
  } catch (const towfish::shm::SegmentError& error) {
    return report(error, 2);
  } catch (const std::exception& error) {
    return report(error, 1);
  }
}
