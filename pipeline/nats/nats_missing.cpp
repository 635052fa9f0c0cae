#include "pipeline/nats/nats.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::nats {

namespace {

[[noreturn]] void refuse() {
  throw UsageError(
      "this towfish was built without NATS: install libnats-dev, build again, and try again; without it "
      "batches run on this machine only, and nothing is sent to the shore");
}

}  // namespace

struct Message::Handle {};
struct Reader::Handle {};
struct Connection::Handle {};

void require() {
  refuse();
}

Message::Message(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Message::Message(Message&&) noexcept = default;
Message& Message::operator=(Message&&) noexcept = default;
Message::~Message() = default;
std::string_view Message::data() const noexcept {
  return {};
}
std::uint64_t Message::deliveries() const noexcept {
  return 0;
}
void Message::in_progress() noexcept {}
void Message::acknowledge() noexcept {}

Reader::Reader(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader::~Reader() = default;
std::optional<Message> Reader::take(int) {
  refuse();
}

Connection::Connection(const Address&, Start) {
  refuse();
}
Connection::~Connection() = default;
void Connection::make_queue(const std::string&, const std::string&) {
  refuse();
}
void Connection::purge(const std::string&, const std::string&) {
  refuse();
}
bool Connection::publish(const std::string&, const std::string&, std::string_view, bool (*)()) {
  refuse();
}
std::string Connection::make_latest(const std::string&, const std::string&, std::int64_t, int) {
  refuse();
}
bool Connection::offer(const std::string&, const std::string&, std::string_view, int) {
  refuse();
}
Reader Connection::read(Reading) {
  refuse();
}

}  // namespace towfish::nats
