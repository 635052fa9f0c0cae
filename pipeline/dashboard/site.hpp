#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace towfish::dashboard {

/// The answer to a GET.
struct Reply {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string file_name;  ///< Not empty: to be saved under this name.
  std::shared_ptr<const std::string> body;
};

/// An answer that says in words why there is no other.
inline Reply refusal(unsigned status, std::string_view why) {
  Reply reply;
  reply.status = status;
  reply.body = std::make_shared<const std::string>(std::string(why) + "\n");
  return reply;
}

/// A message to a page. Shared, since many pages get the same.
struct Message {
  bool binary = false;
  std::shared_ptr<const std::string> data;
};

/// One open page. Threads: the server's.
class Viewer {
 public:
  Viewer() = default;
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;
  virtual ~Viewer() = default;

  /// The next message for it; empty when it has seen everything. Asked for only when the one before has been
  /// handed to the network, so that who reads slowly is asked for less, and what was overwritten meanwhile is
  /// skipped.
  virtual std::optional<Message> next() = 0;

  /// A text message from it, at most Server::kMostReceived bytes, of unknown origin and content.
  virtual void received(std::string_view text) = 0;
};

/// What a server serves: pages, files and a feed. Threads: the server's, but for what get() returns.
class Site {
 public:
  Site() = default;
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  virtual ~Site() = default;

  /// The maker of the answer to a GET of `path`, which is run on another thread; empty when there is nothing
  /// of that name.
  virtual std::function<Reply()> get(std::string_view path) = 0;
  virtual std::unique_ptr<Viewer> open_viewer() = 0;
  /// Called a few tens of times a second, before viewers are asked. `viewers` are open.
  virtual void refresh(std::size_t viewers) = 0;
};

}  // namespace towfish::dashboard
