#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace towfish::dashboard {

/// Who may come in: the rules by themselves, as functions of what a request says.
class Access {
 public:
  /// Listening on `address`:`port`, with this token.
  Access(std::string address, std::uint16_t port, std::string token);

  /// Whether a request came under a name of this server, not one that somebody made point here.
  [[nodiscard]] bool is_host(std::string_view host) const;

  /// Whether a page of this server, or no page at all, sends it. Empty: no page.
  [[nodiscard]] bool is_origin(std::string_view origin, std::string_view host) const;

  /// Compares in a time that does not depend on where the two differ.
  [[nodiscard]] bool is_token(std::string_view token) const noexcept;

  /// Whether even looking needs the token: other machines can reach this.
  [[nodiscard]] bool wants_token_to_look() const noexcept { return !local_; }

 private:
  std::string address_;
  std::uint16_t port_;
  std::string token_;
  bool local_;
};

}  // namespace towfish::dashboard
