#pragma once

#include <optional>
#include <string>

namespace towfish::batch {

/// One end of a connection between the coordinator and a worker process: whole messages, in order.
///
/// A Unix socket (SEQPACKET) that the worker inherits. When one side dies the other notices. Threads: one.
class Channel {
 public:
  enum class State { message, nothing, closed };

  /// Takes over a descriptor.
  explicit Channel(int descriptor) noexcept : descriptor_(descriptor) {}
  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&& other) noexcept;
  ~Channel();

  /// Both ends of a new connection. Throws std::system_error.
  struct Pair;
  static Pair make_pair();

  /// False when the other side is gone. Waits while the connection is full.
  [[nodiscard]] bool send(const std::string& message) noexcept;
  /// The next message: waits for one, or says that there is nothing yet.
  State receive(std::string& message, bool wait);

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// Lets the next process that is started inherit this end. Throws std::system_error.
  void allow_inheritance() const;

 private:
  int descriptor_;
};

struct Channel::Pair {
  Channel ours;
  Channel theirs;
};

}  // namespace towfish::batch
