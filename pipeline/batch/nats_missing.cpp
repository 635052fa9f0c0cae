#include "pipeline/batch/nats.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::batch::nats {

namespace {

[[noreturn]] void refuse() {
  throw UsageError(
      "this towfish was built without NATS: install libnats-dev, build again, and try again; without it "
      "batches run on this machine only");
}

}  // namespace

struct Message::Handle {};
struct Reader::Handle {};
struct Connection::Handle {};

bool available() noexcept {
  return false;
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

Connection::Connection(const Address&) {
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
Reader Connection::read(const std::string&, const std::string&, const std::string&, int) {
  refuse();
}

}  // namespace towfish::batch::nats
