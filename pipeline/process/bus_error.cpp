#include "pipeline/process/bus_error.hpp"

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace towfish::process {

namespace {

// Read by a signal handler: never changed after it was installed.
std::string explanation;
std::string unwanted;
int exit_status = 1;

void end(int) {
  static_cast<void>(!::write(STDERR_FILENO, explanation.data(), explanation.size()));
  if (!unwanted.empty()) ::unlink(unwanted.c_str());
  ::_exit(exit_status);
}

}  // namespace

void explain_bus_errors(std::string message, std::string remove, int status) {
  explanation = std::move(message) + '\n';
  unwanted = std::move(remove);
  exit_status = status;
  struct sigaction action {};
  action.sa_handler = end;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace towfish::process
