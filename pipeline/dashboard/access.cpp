#include "pipeline/dashboard/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace towfish::dashboard {

Access::Access(std::string address, std::uint16_t port, std::string token)
    : address_(std::move(address)),
      port_(port),
      token_(std::move(token)),
      local_(address_.starts_with("127.") || address_ == "::1") {}

bool Access::is_host(std::string_view host) const {
  // A name is only what DNS says it is; numbers are what they are.
  const auto here = [&](std::string_view name) { return host == fmt::format("{}:{}", name, port_); };
  if (here("localhost") || here("127.0.0.1") || here("[::1]")) return true;
  if (local_) return here(address_.find(':') == std::string::npos ? address_ : "[" + address_ + "]");
  // Reachable from outside under addresses that cannot be known here: any number, but no name.
  const std::string ending = fmt::format(":{}", port_);
  if (!host.ends_with(ending)) return false;
  host.remove_suffix(ending.size());
  const auto is_part = [](char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == ':' || c == '[' || c == ']';
  };
  const bool numeric = !host.empty() && std::all_of(host.begin(), host.end(), is_part);
  return numeric && (host.front() == '[' || std::none_of(host.begin(), host.end(), [](char c) {
                       return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == ':';
                     }));
}

bool Access::is_origin(std::string_view origin, std::string_view host) const {
  return origin.empty() || (is_host(host) && origin == fmt::format("http://{}", host));
}

bool Access::is_token(std::string_view token) const noexcept {
  if (token_.empty() || token.size() != token_.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    difference |= static_cast<unsigned char>(token[i]) ^ static_cast<unsigned char>(token_[i]);
  }
  return difference == 0;
}

}  // namespace towfish::dashboard
