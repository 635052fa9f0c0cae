#pragma once

#include <string>
#include <string_view>

/// Text from outside (file names, notes, sonar names) made harmless for the place where it is printed.
namespace towfish::escape {

bool is_utf8(std::string_view text);

/// Valid UTF-8 without control characters: what is neither becomes U+FFFD. Every other function here starts
/// with it, so no terminal sequence survives any of them.
std::string plain(std::string_view text);

/// One CSV field (RFC 4180), quoted where needed. A field that a spreadsheet would take for a formula (it
/// begins with = + - @) gets an apostrophe in front.
std::string csv(std::string_view text);

/// XML and HTML: element content and quoted attribute values.
std::string markup(std::string_view text);

}  // namespace towfish::escape
