#include "pipeline/process/metrics_server.hpp"

#include <fmt/format.h>

// Boost 1.74's Asio uses std::exchange without including it.
// clang-format off
#include <utility>
#include <boost/asio.hpp>
// clang-format on
#include <chrono>

#include "pipeline/sonar/error.hpp"

namespace towfish::process {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::size_t kMostRequest = 4096;

std::string answer(std::string_view request, const MetricsServer::Text& metrics) {
  const bool wanted = request.starts_with("GET /metrics ") || request.starts_with("GET / ");
  const std::string body = wanted ? metrics() : "towfish: GET /metrics\n";
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\n"
      "Connection: close\r\n\r\n{}",
      wanted ? "200 OK" : "404 Not Found", body.size(), body);
}

/// One connection, alive until its last operation is done.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(tcp::socket socket, const MetricsServer::Text& metrics)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), metrics_(metrics) {}

  void begin() {
    timer_.expires_after(kPatience);
    timer_.async_wait([self = weak_from_this()](boost::system::error_code error) {
      if (const auto alive = self.lock(); alive && !error) alive->close();
    });
    asio::async_read_until(socket_, asio::dynamic_buffer(request_, kMostRequest), "\r\n\r\n",
                           [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                             if (!error) self->reply();
                           });
  }

 private:
  void reply() {
    answer_ = answer(request_, metrics_);
    asio::async_write(socket_, asio::buffer(answer_),
                      [self = shared_from_this()](boost::system::error_code, std::size_t) { self->close(); });
  }
  void close() {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  const MetricsServer::Text& metrics_;
  std::string request_;
  std::string answer_;
};

}  // namespace

struct MetricsServer::Parts {
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  Text metrics;

  void accept() {
    acceptor.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (!error) std::make_shared<Exchange>(std::move(socket), metrics)->begin();
      if (error != asio::error::operation_aborted) accept();
    });
  }
};

MetricsServer::MetricsServer(std::uint16_t port, Text metrics) : parts_(std::make_unique<Parts>()) {
  parts_->metrics = std::move(metrics);
  try {
    const tcp::endpoint here(asio::ip::address_v4::loopback(), port);
    parts_->acceptor.open(here.protocol());
    parts_->acceptor.set_option(tcp::acceptor::reuse_address(true));
    parts_->acceptor.bind(here);
    parts_->acceptor.listen();
  } catch (const boost::system::system_error& error) {
    throw UsageError(fmt::format("port {} of 127.0.0.1 cannot be served: {}", port, error.code().message()));
  }
  parts_->accept();
}

MetricsServer::~MetricsServer() = default;

std::uint16_t MetricsServer::port() const noexcept {
  boost::system::error_code ignored;
  return parts_->acceptor.local_endpoint(ignored).port();
}

void MetricsServer::serve_for(int milliseconds) {
  parts_->context.restart();
  parts_->context.run_for(std::chrono::milliseconds(milliseconds));
}

}  // namespace towfish::process
