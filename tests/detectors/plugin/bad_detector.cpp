// A detector that misbehaves at one ping, as its settings say: "throw 100", "throw_number 100", "crash 100",
// "hang 100", "lie 100", "nan 100"; otherwise it reports one echo every 50 pings. TOWFISH_BAD_ABI: the
// version it claims.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

#include "detectors/plugin/detector.h"

#ifndef TOWFISH_BAD_ABI
#define TOWFISH_BAD_ABI TOWFISH_DETECTOR_ABI
#endif

namespace {

struct BadDetector {
  std::string deed;
  unsigned long ping = 0;
};

[[noreturn]] void hang() {
  for (;;) pause();
}

towfish_detection echo(std::uint64_t ping) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  return {ping, ping, ping, 200, 195, 200, 215, TOWFISH_MILCO, 2.0F, 1.0F, kNone, kNone, kNone};
}

void misbehave(const BadDetector& self, std::uint64_t ping, const towfish_sink& sink) {
  if (self.deed == "throw") throw std::runtime_error("as I was told");
  if (self.deed == "throw_number") throw 42;
  if (self.deed == "crash") std::raise(SIGSEGV);
  if (self.deed == "hang") hang();
  towfish_detection found = echo(ping);
  if (self.deed == "lie") found.sample = found.highlight_last_sample = 4'000'000;
  if (self.deed == "nan") found.llr = std::numeric_limits<float>::quiet_NaN();
  if (self.deed == "ahead") found.ping = found.last_ping = ping + 5000;
  sink.report(sink.host, &found, nullptr, 0);
}

void* create(std::uint32_t, const char* settings, char* error, std::size_t error_size) {
  BadDetector self;
  char deed[32] = "";
  if (std::sscanf(settings, "%31s %lu", deed, &self.ping) == 2) self.deed = deed;
  if (std::string(settings) == "throw") throw std::runtime_error("when made");
  if (std::string(settings) == "refuse") {
    std::snprintf(error, error_size, "not today");
    return nullptr;
  }
  return new BadDetector(self);
}

void process(void* detector, const towfish_frame* frame, const towfish_sink* sink) {
  const auto& self = *static_cast<const BadDetector*>(detector);
  for (std::uint32_t i = 0; i < frame->pings; ++i) {
    const std::uint64_t ping = frame->ping[i].number;
    if (!self.deed.empty() && ping == self.ping) misbehave(self, ping, *sink);
    if (ping % 50 != 49) continue;
    const towfish_detection found = echo(ping);
    sink->report(sink->host, &found, nullptr, 0);
  }
}

constexpr towfish_detector_type kType{TOWFISH_BAD_ABI,
                                      0,
                                      "bad",
                                      create,
                                      [](void* detector) { delete static_cast<BadDetector*>(detector); },
                                      [](const void*) -> std::uint32_t { return 20; },
                                      process,
                                      [](void*, const towfish_sink*) {}};

}  // namespace

const towfish_detector_type* towfish_detector(std::uint32_t abi) {
  return TOWFISH_BAD_ABI == 0 || abi == 0 ? nullptr : &kType;
}
