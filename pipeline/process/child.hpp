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
  /// What the kernel calls its state: 'R' it computes, 'D' it waits for a disk, 'S' it sleeps, 'T' it was
  /// stopped (proc_pid_stat(5)); '?' where nothing is known.
  [[nodiscard]] char state() const;
  /// Read so far, from disk or cache; 0 where nothing is known.
  [[nodiscard]] std::uint64_t bytes_read() const;

  /// How it ended; empty while it runs.
  [[nodiscard]] std::optional<Ending> ending() noexcept;

 private:
  pid_t pid_ = -1;
  std::optional<Ending> ending_;
};

}  // namespace towfish::process
