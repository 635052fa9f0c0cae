#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace towfish::process {

/// How a child ended.
struct Ending {
  bool by_signal = false;
  int number = 0;  ///< The signal, or the exit status.
  [[nodiscard]] std::string text() const;
};

/// A process that this one started. In a process group of its own, so that a Ctrl-C of the terminal reaches
/// only the supervisor. Killed and reaped when the object ends. Threads: one thread.
class Child {
 public:
  /// Starts this very executable with these arguments. Throws std::system_error when that fails.
  explicit Child(const std::vector<std::string>& arguments);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void send(int signal) const noexcept;
  /// Whether it computes or waits for a disk right now; false: it sleeps, was stopped, or nothing is known.
  [[nodiscard]] bool busy() const;

  /// How it ended; empty while it runs.
  [[nodiscard]] std::optional<Ending> ending() noexcept;

 private:
  pid_t pid_ = -1;
  std::optional<Ending> ending_;
};

}  // namespace towfish::process
