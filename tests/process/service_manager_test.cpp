#include "pipeline/process/service_manager.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace towfish::process {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Listens where systemd would.
class ServiceManagerTest : public testing::Test {
 protected:
  ServiceManagerTest()
      : path_("/tmp/towfish-notify-" + std::to_string(::getpid())),
        socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }
  ~ServiceManagerTest() override {
    ::close(socket_);
    ::unlink(path_.c_str());
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }

  std::vector<std::string> told() const {
    std::vector<std::string> messages;
    std::array<char, 256> text{};
    ssize_t size = 0;
    while ((size = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT)) > 0) {
      messages.emplace_back(text.data(), static_cast<std::size_t>(size));
    }
    return messages;
  }

  std::string path_;
  int socket_;
};

TEST_F(ServiceManagerTest, SaysReadyAndStoppingOnce) {
  ServiceManager service;
  service.ready();
  service.ready();
  service.status("one\ntwo");
  service.stopping();
  service.stopping();
  EXPECT_THAT(told(), ElementsAre("READY=1", "STATUS=one", "STOPPING=1"));
}

TEST_F(ServiceManagerTest, SaysItIsAliveTwiceAsOftenAsItMust) {
  ::setenv("WATCHDOG_USEC", "1000000", 1);
  ServiceManager service;
  service.alive(1'000'000'000);
  service.alive(1'400'000'000);
  EXPECT_THAT(told(), ElementsAre("WATCHDOG=1"));
  service.alive(1'500'000'000);
  EXPECT_THAT(told(), ElementsAre("WATCHDOG=1"));
}

TEST_F(ServiceManagerTest, AWatchdogOfAnotherProcessIsNotItsOwn) {
  ::setenv("WATCHDOG_USEC", "1000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  ServiceManager service;
  service.alive(1'000'000'000);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ServiceManagerTest, ChildrenDoNotInheritIt) {
  const ServiceManager service;
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
}

TEST_F(ServiceManagerTest, WithoutAListenerNothingHappens) {
  ::setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
  ServiceManager service;
  service.ready();
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace towfish::process
