#include "pipeline/process/child.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

namespace towfish::process {

std::string Ending::text() const {
  if (by_signal) return fmt::format("killed by signal {} ({})", number, strsignal(number));
  return fmt::format("exited with status {}", number);
}

Child::Child(const std::vector<std::string>& arguments) {
  std::vector<char*> argv{const_cast<char*>("towfish")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawn(&pid_, "/proc/self/exe", nullptr, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start a process");
}

Child::~Child() {
  if (ending_) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Child::send(int signal) const noexcept {
  if (!ending_) ::kill(pid_, signal);
}

// It stands behind the name, which may hold anything.
char Child::state() const {
  std::ifstream in(fmt::format("/proc/{}/stat", pid_));
  std::string text;
  std::getline(in, text);
  const std::size_t end_of_name = text.rfind(')');
  return end_of_name != std::string::npos && end_of_name + 2 < text.size() ? text[end_of_name + 2] : '?';
}

std::uint64_t Child::bytes_read() const {
  std::ifstream in(fmt::format("/proc/{}/io", pid_));
  std::string name;
  std::uint64_t bytes = 0;
  in >> name >> bytes;  // rchar stands first (proc_pid_io(5)).
  return bytes;
}

std::optional<Ending> Child::ending() noexcept {
  int status = 0;
  if (!ending_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    ending_ = WIFSIGNALED(status) ? Ending{true, WTERMSIG(status)} : Ending{false, WEXITSTATUS(status)};
  }
  return ending_;
}

}  // namespace towfish::process
