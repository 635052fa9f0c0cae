#include "pipeline/nats/nats.hpp"

#include <fmt/format.h>
#include <nats/nats.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "pipeline/sonar/error.hpp"

namespace towfish::nats {

namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;
constexpr auto kPause = std::chrono::milliseconds(500);
constexpr int kFirstTries = 20;

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* handle) const noexcept { destroy(handle); }
};
using Options = std::unique_ptr<natsOptions, Destroy<natsOptions, natsOptions_Destroy>>;
using Link = std::unique_ptr<natsConnection, Destroy<natsConnection, natsConnection_Destroy>>;
using Context = std::unique_ptr<jsCtx, Destroy<jsCtx, jsCtx_Destroy>>;
using Subscription = std::unique_ptr<natsSubscription, Destroy<natsSubscription, natsSubscription_Destroy>>;
using Raw = std::unique_ptr<natsMsg, Destroy<natsMsg, natsMsg_Destroy>>;

void check(natsStatus status, const std::string& what) {
  if (status == NATS_OK) return;
  const char* last = nats_GetLastError(nullptr);
  throw UsageError(fmt::format("{}: {}{}{}", what, natsStatus_GetText(status), last != nullptr ? ": " : "",
                               last != nullptr ? last : ""));
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

void set_credentials(natsOptions* options, const std::string& file) {
  std::ifstream in(file);
  std::string first;
  std::string second;
  if (!std::getline(in, first)) throw UsageError(fmt::format("{}: wanted credentials, found nothing", file));
  if (first.find("BEGIN NATS USER JWT") != std::string::npos) {
    return check(natsOptions_SetUserCredentialsFromFiles(options, file.c_str(), nullptr), file);
  }
  if (!std::getline(in, second)) {
    throw UsageError(fmt::format("{}: wanted a NATS .creds file, or two lines: user and password", file));
  }
  check(natsOptions_SetUserInfo(options, first.c_str(), second.c_str()), file);
}

Options options_for(const Address& address) {
  natsOptions* raw = nullptr;
  check(natsOptions_Create(&raw), "NATS");
  Options options(raw);
  const std::vector<std::string> servers = split(address.url);
  std::vector<const char*> names;
  bool secure = !address.ca.empty();
  for (const std::string& server : servers) {
    names.push_back(server.c_str());
    secure = secure || server.starts_with("tls://");
  }
  check(natsOptions_SetServers(raw, names.data(), static_cast<int>(names.size())), address.url);
  check(natsOptions_SetMaxReconnect(raw, -1), "NATS");
  check(natsOptions_SetReconnectWait(raw, 500), "NATS");
  check(natsOptions_SetTimeout(raw, 5000), "NATS");
  if (secure) check(natsOptions_SetSecure(raw, true), "TLS");
  if (!address.ca.empty()) check(natsOptions_LoadCATrustedCertificates(raw, address.ca.c_str()), address.ca);
  if (!address.certificate.empty()) {
    check(natsOptions_LoadCertificatesChain(raw, address.certificate.c_str(), address.key.c_str()),
          address.certificate);
  }
  if (!address.credentials.empty()) set_credentials(raw, address.credentials);
  return options;
}

}  // namespace

void require() {}

struct Message::Handle {
  Raw message;
  std::uint64_t deliveries = 1;
};

Message::Message(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Message::Message(Message&&) noexcept = default;
Message& Message::operator=(Message&&) noexcept = default;
Message::~Message() = default;

std::string_view Message::data() const noexcept {
  return {natsMsg_GetData(handle_->message.get()),
          static_cast<std::size_t>(natsMsg_GetDataLength(handle_->message.get()))};
}
std::uint64_t Message::deliveries() const noexcept {
  return handle_->deliveries;
}
void Message::in_progress() noexcept {
  natsMsg_InProgress(handle_->message.get(), nullptr);
}
void Message::acknowledge() noexcept {
  jsErrCode code{};
  natsMsg_AckSync(handle_->message.get(), nullptr, &code);
}

/// What a connection and its readers share. Servers that refuse it twice in a row close it for good
/// (libnats 3.4): then another takes its place.
struct Line {
  std::string url;
  Options options;
  Link link;
  std::uint64_t number = 0;  ///< Counts the links.

  /// Whether there is a link that is, or will be, of use.
  bool mend() {
    if (!natsConnection_IsClosed(link.get())) return true;
    natsConnection* raw = nullptr;
    const natsStatus status = natsConnection_Connect(&raw, options.get());
    if (status == NATS_OK) {
      spdlog::info("NATS at {}: connected again", url);
      told = false;
    } else if (!std::exchange(told, true)) {
      spdlog::warn("NATS at {}: {}; trying on", url, natsStatus_GetText(status));
    }
    if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) {
      std::this_thread::sleep_for(kPause);
      return false;
    }
    link.reset(raw);
    ++number;
    return true;
  }

  bool told = false;
};

struct Reader::Handle {
  std::shared_ptr<Line> line;
  std::uint64_t number = 0;
  Context context;
  Reading reading;
  Subscription subscription;

  natsStatus open() {
    subscription.reset();
    number = line->number;
    jsOptions wanted;
    jsOptions_Init(&wanted);
    if (!reading.domain.empty()) wanted.Domain = reading.domain.c_str();
    jsCtx* raw = nullptr;
    const natsStatus status = natsConnection_JetStream(&raw, line->link.get(), &wanted);
    context.reset(raw);
    return status;
  }

  natsStatus subscribe() {
    jsSubOptions wanted;
    jsSubOptions_Init(&wanted);
    wanted.Stream = reading.queue.c_str();
    wanted.Config.Durable = reading.name.c_str();
    wanted.Config.AckPolicy = js_AckExplicit;
    wanted.Config.AckWait = reading.patience_s * kSecond_ns;
    wanted.Config.MaxAckPending = reading.in_order ? 1 : 100'000;
    natsSubscription* raw = nullptr;
    jsErrCode code{};
    const natsStatus status = js_PullSubscribe(&raw, context.get(), reading.subject.c_str(),
                                               reading.name.c_str(), nullptr, &wanted, &code);
    subscription.reset(raw);
    return status;
  }
};

Reader::Reader(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader::~Reader() = default;

// One message at a time: a larger batch overflows the heap in libnats 3.4.1 when late messages arrive.
std::optional<Message> Reader::take(int milliseconds) {
  if (!handle_->line->mend()) return std::nullopt;
  if (handle_->number != handle_->line->number) handle_->open();
  if (!handle_->subscription && handle_->subscribe() != NATS_OK) {
    std::this_thread::sleep_for(kPause);
    return std::nullopt;
  }
  natsMsgList list{};
  jsErrCode code{};
  const natsStatus status =
      natsSubscription_Fetch(&list, handle_->subscription.get(), 1, milliseconds, &code);
  if (status != NATS_OK || list.Count == 0) {
    natsMsgList_Destroy(&list);
    if (status != NATS_TIMEOUT && status != NATS_OK) {
      handle_->subscription.reset();  // Server gone, or its consumer: begin again.
      std::this_thread::sleep_for(kPause);
    }
    return std::nullopt;
  }
  auto taken = std::make_unique<Message::Handle>();
  taken->message.reset(list.Msgs[0]);
  list.Msgs[0] = nullptr;
  natsMsgList_Destroy(&list);
  jsMsgMetaData* meta = nullptr;
  if (natsMsg_GetMetaData(&meta, taken->message.get()) == NATS_OK) {
    taken->deliveries = meta->NumDelivered;
    jsMsgMetaData_Destroy(meta);
  }
  return Message(std::move(taken));
}

struct Connection::Handle {
  std::shared_ptr<Line> line;
  std::uint64_t number = 0;
  Context context;
  int replicas = 1;

  natsStatus open() {
    number = line->number;
    jsCtx* raw = nullptr;
    const natsStatus status = natsConnection_JetStream(&raw, line->link.get(), nullptr);
    context.reset(raw);
    return status;
  }
  /// Null while there is no link.
  jsCtx* usable() {
    if (!line->mend()) return nullptr;
    if (number != line->number) open();
    return context.get();
  }
  /// Of a stream that is there already.
  void have_replicas(jsStreamConfig& wanted) {
    jsErrCode code{};
    jsStreamInfo* found = nullptr;
    check(js_GetStreamInfo(&found, context.get(), wanted.Name, nullptr, &code),
          std::string("queue ") + wanted.Name);
    const auto kept = found->Config->Replicas;
    jsStreamInfo_Destroy(found);
    if (kept >= wanted.Replicas) return;
    check(js_UpdateStream(nullptr, context.get(), &wanted, nullptr, &code),
          fmt::format("queue {}: found {} replicas, wanted {}, and it cannot be changed", wanted.Name, kept,
                      wanted.Replicas));
  }
};

Connection::Connection(const Address& address, Start start) : handle_(std::make_unique<Handle>()) {
  handle_->line = std::make_shared<Line>();
  handle_->line->url = address.url;
  handle_->line->options = options_for(address);
  natsOptions* options = handle_->line->options.get();
  if (start == Start::whenever) {
    // With a callback, even an idle one, connecting does not wait for the first server.
    const auto idle = [](natsConnection*, void*) {};
    check(natsOptions_SetRetryOnFailedConnect(options, true, idle, nullptr), "NATS");
  }
  natsConnection* link = nullptr;
  natsStatus status = NATS_NO_SERVER;
  for (int i = 0; i < kFirstTries && status != NATS_OK; ++i) {
    if (i > 0) std::this_thread::sleep_for(kPause);
    status = natsConnection_Connect(&link, options);
    if (status != NATS_OK && status != NATS_NO_SERVER && status != NATS_TIMEOUT) break;
  }
  if (status != NATS_OK && !(status == NATS_NOT_YET_CONNECTED && start == Start::whenever)) {
    throw InputError(fmt::format("NATS at {}: {}", address.url, natsStatus_GetText(status)));
  }
  handle_->line->link.reset(link);
  check(handle_->open(), "JetStream");
  handle_->replicas = address.replicas;
}

Connection::~Connection() = default;

void Connection::make_queue(const std::string& name, const std::string& subjects) {
  jsStreamConfig wanted;
  jsStreamConfig_Init(&wanted);
  const char* subject = subjects.c_str();
  wanted.Name = name.c_str();
  wanted.Subjects = &subject;
  wanted.SubjectsLen = 1;
  wanted.Retention = js_WorkQueuePolicy;
  wanted.Storage = js_FileStorage;
  wanted.Replicas = handle_->replicas;
  jsErrCode code{};
  natsStatus status = NATS_OK;
  for (int i = 0; i < kFirstTries; ++i) {
    status = js_AddStream(nullptr, handle_->context.get(), &wanted, nullptr, &code);
    if (status == NATS_OK) return;
    if (code == JSStreamNameExistErr) return handle_->have_replicas(wanted);
    std::this_thread::sleep_for(kPause);
  }
  check(status, fmt::format("queue {} cannot be made (JetStream error {})", name, static_cast<int>(code)));
}

std::string Connection::make_latest(const std::string& name, const std::string& subjects,
                                    std::int64_t most_bytes, int milliseconds) {
  jsStreamConfig wanted;
  jsStreamConfig_Init(&wanted);
  const char* subject = subjects.c_str();
  wanted.Name = name.c_str();
  wanted.Subjects = &subject;
  wanted.SubjectsLen = 1;
  wanted.Retention = js_LimitsPolicy;
  wanted.Storage = js_FileStorage;
  wanted.MaxMsgsPerSubject = 1;
  wanted.MaxBytes = most_bytes;
  wanted.Discard = js_DiscardOld;
  wanted.Replicas = handle_->replicas;
  jsOptions patience;
  jsOptions_Init(&patience);
  patience.Wait = milliseconds;
  jsErrCode code{};
  jsCtx* context = handle_->usable();
  if (context == nullptr) return "refused by the servers";
  const natsStatus status = js_AddStream(nullptr, context, &wanted, &patience, &code);
  if (status == NATS_OK || code == JSStreamNameExistErr) return {};
  return fmt::format("{} (JetStream error {})", natsStatus_GetText(status), static_cast<int>(code));
}

void Connection::purge(const std::string& queue, const std::string& subject) {
  jsOptions wanted;
  jsOptions_Init(&wanted);
  wanted.Stream.Purge.Subject = subject.c_str();
  jsErrCode code{};
  check(js_PurgeStream(handle_->context.get(), queue.c_str(), &wanted, &code), "purging " + subject);
}

bool Connection::publish(const std::string& subject, const std::string& id, std::string_view data,
                         bool (*give_up)()) {
  jsPubOptions wanted;
  jsPubOptions_Init(&wanted);
  wanted.MsgId = id.c_str();
  for (bool told = false;; told = true) {
    jsErrCode code{};
    jsCtx* context = handle_->usable();
    const natsStatus status = context == nullptr ? NATS_CONNECTION_CLOSED
                                                 : js_Publish(nullptr, context, subject.c_str(), data.data(),
                                                              static_cast<int>(data.size()), &wanted, &code);
    if (status == NATS_OK) return true;
    if (give_up()) return false;
    if (!told) spdlog::warn("NATS does not take {}: {}; trying on", subject, natsStatus_GetText(status));
    std::this_thread::sleep_for(kPause);
  }
}

bool Connection::offer(const std::string& subject, const std::string& id, std::string_view data,
                       int milliseconds) {
  jsPubOptions wanted;
  jsPubOptions_Init(&wanted);
  wanted.MsgId = id.c_str();
  wanted.MaxWait = milliseconds;
  jsErrCode code{};
  jsCtx* context = handle_->usable();
  return context != nullptr && js_Publish(nullptr, context, subject.c_str(), data.data(),
                                          static_cast<int>(data.size()), &wanted, &code) == NATS_OK;
}

Reader Connection::read(Reading reading) {
  auto handle = std::make_unique<Reader::Handle>();
  handle->reading = std::move(reading);
  handle->line = handle_->line;
  check(handle->open(), "JetStream");
  return Reader(std::move(handle));
}

}  // namespace towfish::nats
