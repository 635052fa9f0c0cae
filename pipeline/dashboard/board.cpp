#include "pipeline/dashboard/board.hpp"

#include <nlohmann/json.hpp>

namespace towfish::dashboard {

std::shared_ptr<const std::string> message_text(const nlohmann::json& value) {
  using nlohmann::json;
  return std::make_shared<const std::string>(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

void Board::put(const nlohmann::json& value) {
  auto next = message_text(value);
  if (message != nullptr && *message == *next) return;
  message = std::move(next);
  ++version;
}

}  // namespace towfish::dashboard
