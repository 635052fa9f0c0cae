#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "pipeline/shm/segment.hpp"

namespace towfish::shm {

/// A session name that nobody else uses; what was made under it is removed in the end.
class SessionName {
 public:
  SessionName() : name_(fmt::format("test-{}-{}", getpid(), next_++)) {}
  SessionName(const SessionName&) = delete;
  SessionName& operator=(const SessionName&) = delete;
  ~SessionName() { Segment::remove(name_); }

  [[nodiscard]] const std::string& get() const { return name_; }
  [[nodiscard]] std::string path() const { return "/dev/shm/towfish." + name_; }

 private:
  inline static int next_ = 0;
  std::string name_;
};

/// The kind of the SegmentError that `act` throws; "none" when it throws nothing.
template <class Act>
std::string error_of(Act act) {
  using Kind = SegmentError::Kind;
  try {
    act();
  } catch (const SegmentError& error) {
    switch (error.kind()) {
      case Kind::bad_name:
        return "bad_name";
      case Kind::not_found:
        return "not_found";
      case Kind::not_ready:
        return "not_ready";
      case Kind::wrong_version:
        return "wrong_version";
      case Kind::damaged:
        return "damaged";
      case Kind::in_use:
        return "in_use";
      case Kind::no_space:
        return "no_space";
      case Kind::access_denied:
        return "access_denied";
      case Kind::system:
        return "system";
    }
  }
  return "none";
}

}  // namespace towfish::shm
