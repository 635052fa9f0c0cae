#include "pipeline/process/log_pattern.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "pipeline/contacts/escape.hpp"

namespace towfish::process {

namespace {

class HarmlessMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string harmless = escape::plain({message.payload.data(), message.payload.size()});
    out.append(harmless.data(), harmless.data() + harmless.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<HarmlessMessage>();
  }
};

}  // namespace

void set_log_pattern(std::string_view name) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<HarmlessMessage>('*');
  formatter->set_pattern("%H:%M:%S.%e %^%l%$ " + std::string(name) + (name.empty() ? "%*" : ": %*"));
  spdlog::set_formatter(std::move(formatter));
}

}  // namespace towfish::process
