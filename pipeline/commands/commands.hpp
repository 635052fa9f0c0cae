#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

/// The subcommands of `towfish`, one file each. A function adds its subcommand to the application; when the
/// command line names it, `run` becomes what is to be done. run() returns the exit status, throws UsageError
/// (2) or InputError (3).
namespace towfish::commands {

using Run = std::function<int()>;

void add_batch(CLI::App& app, Run& run);
void add_evaluate(CLI::App& app, Run& run);
void add_live(CLI::App& app, Run& run);
void add_replay(CLI::App& app, Run& run);
void add_info(CLI::App& app, Run& run);
void add_convert(CLI::App& app, Run& run);
void add_render(CLI::App& app, Run& run);
void add_roles(CLI::App& app, Run& run);
void add_bench(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_decode(CLI::App& app, Run& run);
void add_worker(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_station(CLI::App& app, Run& run);
void add_top(CLI::App& app, Run& run);

/// `towfish detector --frame`: a detector scans a frame that killed others, and what it finds goes to stdout
/// as JSON. Unconfined and in this process, so that a debugger sees it die.
int scan_quarantined_frame(const std::string& file);

}  // namespace towfish::commands
