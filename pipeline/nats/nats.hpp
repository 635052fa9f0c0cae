#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// A small door to NATS JetStream (libnats): work queues and streams that outlive those who fill and empty
/// them.
namespace towfish::nats {

/// Where the servers are and how to be let in.
struct Address {
  std::string url;          ///< "nats://host:4222", or several with commas between; tls:// for TLS.
  std::string credentials;  ///< File: NATS .creds, or two lines, user and password.
  std::string ca;           ///< File: certificates of those who may sign a server's.
  std::string certificate;  ///< File: our certificate, and
  std::string key;          ///< its key, where the servers ask for one.
  int replicas = 1;         ///< Servers that keep each message.
};

/// UsageError, saying what is missing, where this program was built without libnats. So does Connection.
void require();

/// A message that was taken from a queue; it comes again, to somebody else, unless it is acknowledged.
class Message {
 public:
  struct Handle;
  explicit Message(std::unique_ptr<Handle> handle);
  Message(Message&&) noexcept;
  Message& operator=(Message&&) noexcept;
  ~Message();

  [[nodiscard]] std::string_view data() const noexcept;
  /// How often it has been handed out, this time included.
  [[nodiscard]] std::uint64_t deliveries() const noexcept;
  /// Says that it is still being worked on.
  void in_progress() noexcept;
  /// Done: it never comes again, unless the servers do not hear of it.
  void acknowledge() noexcept;

 private:
  std::unique_ptr<Handle> handle_;
};

/// A queue's reading end. Threads: one thread.
class Reader {
 public:
  struct Handle;
  explicit Reader(std::unique_ptr<Handle> handle);
  Reader(Reader&&) noexcept;
  ~Reader();
  /// Waits for a message; empty when none came, also while the servers are away.
  [[nodiscard]] std::optional<Message> take(int milliseconds);

 private:
  std::unique_ptr<Handle> handle_;
};

/// What a reader wants of a queue or stream.
struct Reading {
  std::string queue;
  std::string subject;
  std::string name;     ///< Readers of one name share the messages.
  int patience_s = 30;  ///< A message neither acknowledged nor said to be in progress comes again.
  std::string domain =
      {};                 ///< JetStream domain that has it, such as that of a leaf node; empty: the servers'.
  bool in_order = false;  ///< No message before the one before it is acknowledged.
};

/// A connection that comes back by itself when servers go and others come, or refuse it for a while. Threads:
/// one thread, its readers included.
class Connection {
 public:
  enum class Start : std::uint8_t {
    now,      ///< A server has to be there within ten seconds.
    whenever  ///< Servers may come later; until then nothing is taken or given.
  };

  /// Throws InputError when no server can be reached, UsageError where files are wrong or libnats is missing.
  explicit Connection(const Address& address, Start start = Start::now);
  ~Connection();

  /// Makes the queue if it is not there: messages to `subjects` are kept until one reader acknowledges them.
  /// One with fewer replicas than wanted gets them; UsageError where the servers cannot.
  void make_queue(const std::string& name, const std::string& subjects);
  /// Makes the stream if it is not there: of every subject under `subjects` the newest message is kept, up to
  /// `most_bytes` in all. Empty, or why it cannot be made within `milliseconds`.
  [[nodiscard]] std::string make_latest(const std::string& name, const std::string& subjects,
                                        std::int64_t most_bytes, int milliseconds);
  /// Removes what waits under this subject.
  void purge(const std::string& queue, const std::string& subject);
  /// Adds a message; the same `id` again within two minutes is the same message. Tries until the servers
  /// have it or `give_up` says true (then it returns false).
  bool publish(const std::string& subject, const std::string& id, std::string_view data, bool (*give_up)());
  /// The same, once; false when the servers have not said within `milliseconds` that they have it.
  bool offer(const std::string& subject, const std::string& id, std::string_view data, int milliseconds);
  [[nodiscard]] Reader read(Reading reading);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace towfish::nats
