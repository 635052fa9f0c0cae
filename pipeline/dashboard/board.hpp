#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace towfish::dashboard {

/// A message that all pages get, each version of it once.
struct Board {
  std::shared_ptr<const std::string> message;
  std::uint64_t version = 0;  ///< 0: nothing stands there yet.

  /// A new version, unless it says the same as the one before.
  void put(const nlohmann::json& value);
};

/// JSON as text, with whatever is not UTF-8 in it replaced.
std::shared_ptr<const std::string> message_text(const nlohmann::json& value);

}  // namespace towfish::dashboard
