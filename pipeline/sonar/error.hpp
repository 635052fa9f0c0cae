#pragma once

#include <stdexcept>

namespace towfish {

/// Wrong command line or configuration (exit status 2). The message names the file, line and key, what was
/// found and what was wanted. Thrown while starting only.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Input that cannot be read at all (exit status 3). The message names the file and says what to do.
/// Thrown while opening only: what is wrong further on is counted as a Fault.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace towfish
