#include "pipeline/dashboard/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <list>
#include <utility>

#include "pipeline/dashboard/access.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::dashboard {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kTick = std::chrono::milliseconds(20);
constexpr auto kRequestTimeout = std::chrono::seconds(10);
constexpr auto kReplyTimeout = std::chrono::seconds(60);
constexpr auto kSilence = std::chrono::seconds(30);  // pings go out after half of it
constexpr std::uint32_t kMostHeader = 8192;
constexpr int kSendBuffer = 256 * 1024;

using Request = http::request<http::empty_body>;
using Response = http::response<http::span_body<const char>>;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

/// What a page may do: only what this server itself sent.
void protect(Response& response) {
  response.set("Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
               "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set(http::field::cache_control, "no-store");
}

/// A `token` parameter of the target, which is cut off.
std::string take_token(std::string& path) {
  const auto mark = path.find('?');
  if (mark == std::string::npos) return {};
  const std::string query = path.substr(mark + 1);
  path.resize(mark);
  constexpr std::string_view kName = "token=";
  return query.starts_with(kName) ? query.substr(kName.size()) : std::string();
}

class Client;

struct Shared {
  Shared(const ServerSettings& settings, std::uint16_t port, Site& site_)
      : site(site_), access(settings.address, port, settings.token), most_clients(settings.most_clients) {}
  Site& site;
  Access access;
  std::size_t most_clients;
  std::size_t connections = 0;
  std::list<std::weak_ptr<Client>> clients;
  asio::thread_pool workers{1};
};

/// A page's end of the feed.
class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(beast::tcp_stream&& stream, Shared& shared) : stream_(std::move(stream)), shared_(shared) {}

  void accept(const Request& request) {
    beast::get_lowest_layer(stream_).expires_never();
    websocket::stream_base::timeout timeout =
        websocket::stream_base::timeout::suggested(beast::role_type::server);
    timeout.handshake_timeout = kRequestTimeout;
    timeout.idle_timeout = kSilence;
    timeout.keep_alive_pings = true;
    stream_.set_option(timeout);
    stream_.read_message_max(Server::kMostReceived);
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay(true), ignored);
    beast::get_lowest_layer(stream_).socket().set_option(asio::socket_base::send_buffer_size(kSendBuffer),
                                                         ignored);
    stream_.async_accept(request, [self = shared_from_this()](error_code error) {
      if (error) return;
      self->viewer_ = self->shared_.site.open_viewer();
      self->read();
      self->pump();
    });
  }

  /// Sends the next message unless one is under way.
  void pump() {
    if (viewer_ == nullptr) return;
    const auto now = std::chrono::steady_clock::now();
    if (writing_ && now - written_at_ > kSilence) return close();
    if (writing_) return;
    const auto message = viewer_->next();
    if (!message) return;
    writing_ = true;
    written_at_ = now;
    stream_.binary(message->binary);
    stream_.async_write(asio::buffer(*message->data),
                        [self = shared_from_this(), data = message->data](error_code error, std::size_t) {
                          if (error) return self->close();
                          self->writing_ = false;
                        });
  }

  void close() {
    viewer_.reset();
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
  }

 private:
  void read() {
    stream_.async_read(received_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error || self->viewer_ == nullptr || !self->is_in_measure()) return self->close();
      if (self->stream_.got_text()) {
        const auto data = self->received_.cdata();
        self->viewer_->received({static_cast<const char*>(data.data()), data.size()});
      }
      self->received_.consume(self->received_.size());
      self->read();
    });
  }

  bool is_in_measure() {
    const auto second = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::seconds(1);
    if (second != second_) count_ = 0;
    second_ = second;
    return ++count_ <= Server::kMostPerSecond;
  }

  websocket::stream<beast::tcp_stream> stream_;
  Shared& shared_;
  beast::flat_buffer received_{Server::kMostReceived};
  std::unique_ptr<Viewer> viewer_;
  bool writing_ = false;
  std::chrono::steady_clock::time_point written_at_;  ///< When the message under way was begun.
  std::int64_t second_ = 0;
  unsigned count_ = 0;
};

/// One connection until it is closed or becomes a feed.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket&& socket, Shared& shared) : stream_(std::move(socket)), shared_(shared) {
    ++shared_.connections;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { --shared_.connections; }

  void read() {
    parser_.emplace();
    parser_->header_limit(kMostHeader);
    parser_->body_limit(0);
    stream_.expires_after(kRequestTimeout);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) return self->answer();
      if (error == http::error::end_of_stream || error == beast::error::timeout) return;
      if (error.category() == http::make_error_code(http::error::bad_method).category()) {
        self->parser_->get().keep_alive(false);
        self->refuse(400, "not a request that is understood here");
      }
    });
  }

 private:
  void answer() {
    const Request& request = parser_->get();
    std::string path(view(request.target()));
    const std::string token = take_token(path);
    const auto host = view(request[http::field::host]);
    if (!shared_.access.is_host(host)) return refuse(403, "not a name of this server");
    if (!shared_.access.is_origin(view(request[http::field::origin]), host)) {
      return refuse(403, "another site's page may not ask here");
    }
    const bool page = path == "/" || path.starts_with("/page/");
    if (!page && shared_.access.wants_token_to_look() && !shared_.access.is_token(token)) {
      return refuse(401, "the token is missing or wrong: use the whole address that was printed");
    }
    if (websocket::is_upgrade(request)) return path == "/feed" ? feed() : refuse(404, "the feed is at /feed");
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      return refuse(405, "only GET is answered");
    }
    auto make = shared_.site.get(path);
    if (!make) return refuse(404, "there is nothing of that name");
    asio::post(shared_.workers, [self = shared_from_this(), make = std::move(make)] {
      Reply reply;
      try {
        reply = make();
      } catch (const std::exception& error) {
        reply = refusal(503, error.what());
      }
      asio::post(self->stream_.get_executor(), [self, reply = std::move(reply)] { self->send(reply); });
    });
  }

  void feed() {
    auto& clients = shared_.clients;
    clients.remove_if([](const auto& client) { return client.expired(); });
    if (clients.size() >= shared_.most_clients) return refuse(503, "too many pages are open already");
    const auto client = std::make_shared<Client>(std::move(stream_), shared_);
    clients.push_back(client);
    client->accept(parser_->release());
  }

  void refuse(unsigned status, const std::string& why) { send(refusal(status, why)); }

  void send(const Reply& reply) {
    const Request& request = parser_->get();
    reply_ = reply;
    response_.emplace(http::int_to_status(reply.status), 11);
    protect(*response_);
    response_->set(http::field::content_type, reply.content_type);
    if (!reply.file_name.empty()) {
      response_->set(http::field::content_disposition,
                     fmt::format("attachment; filename=\"{}\"", reply.file_name));
    }
    response_->keep_alive(request.keep_alive() && reply.status < 400);
    response_->content_length(reply.body->size());
    if (request.method() != http::verb::head) {
      response_->body() = beast::span<const char>(reply_.body->data(), reply_.body->size());
    }
    stream_.expires_after(kReplyTimeout);
    serializer_.emplace(*response_);
    serializer_->split(false);
    http::async_write(stream_, *serializer_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error || !self->response_->keep_alive()) return;
      self->read();
    });
  }

  beast::tcp_stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_{kMostHeader + 1024};
  std::optional<http::request_parser<http::empty_body>> parser_;
  Reply reply_;
  std::optional<Response> response_;
  std::optional<http::serializer<false, http::span_body<const char>>> serializer_;
};

}  // namespace

struct Server::Parts {
  Parts(const ServerSettings& settings, Site& site) : acceptor(context), ticker(context) {
    shared.emplace(settings, listen(settings), site);
  }

  std::uint16_t listen(const ServerSettings& settings) {
    try {
      const tcp::endpoint place(asio::ip::make_address(settings.address), settings.port);
      acceptor.open(place.protocol());
      acceptor.set_option(asio::socket_base::reuse_address(true));
      acceptor.bind(place);
      acceptor.listen();
      return acceptor.local_endpoint().port();
    } catch (const boost::system::system_error& error) {
      throw UsageError(fmt::format("dashboard: cannot listen on {} port {}: {}", settings.address,
                                   settings.port, error.code().message()));
    }
  }

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error && shared->connections < kMostConnections) {
        std::make_shared<Connection>(std::move(socket), *shared)->read();
      }
      // Out of file descriptors: others must go first.
      if (error) return accept_later();
      accept();
    });
  }

  void accept_later() {
    auto pause = std::make_shared<asio::steady_timer>(context, std::chrono::milliseconds(200));
    pause->async_wait([this, pause](error_code) { accept(); });
  }

  void tick() {
    if (!go_on()) return context.stop();
    shared->clients.remove_if([](const auto& client) { return client.expired(); });
    shared->site.refresh(shared->clients.size());
    for (const auto& each : shared->clients) {
      if (const auto client = each.lock()) client->pump();
    }
    ticker.expires_after(kTick);
    ticker.async_wait([this](error_code error) {
      if (!error) tick();
    });
  }

  std::optional<Shared> shared;  // Outlives the connections, which the context holds.
  asio::io_context context{1};
  tcp::acceptor acceptor;
  asio::steady_timer ticker;
  std::function<bool()> go_on;
};

Server::Server(const ServerSettings& settings, Site& site)
    : parts_(std::make_unique<Parts>(settings, site)) {}

Server::~Server() {
  parts_->shared->workers.join();
}

std::uint16_t Server::port() const noexcept {
  error_code ignored;
  return parts_->acceptor.local_endpoint(ignored).port();
}

void Server::run(const std::function<bool()>& go_on) {
  parts_->go_on = go_on;
  parts_->accept();
  parts_->tick();
  parts_->context.run();
}

}  // namespace towfish::dashboard
