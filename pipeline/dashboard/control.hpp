#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/contacts/reviews.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::dashboard {

/// What a page asks for, as it came in a text message: checked, nothing done yet.
struct Wish {
  enum class Kind : std::uint8_t {
    authorise,
    pause,
    resume,
    step,
    speed,
    seek,
    stop,
    record,
    end_recording,
    review
  };
  Kind kind = Kind::authorise;
  std::string token;  ///< authorise
  double number = 0;  ///< speed (times real time, 0: as fast as possible), seek (ping)
  Review review;      ///< review
};

/// A wish, or why the text is none: it is malformed, incomplete or out of range.
struct ParsedWish {
  std::optional<Wish> wish;
  std::string error;
};
ParsedWish parse_wish(std::string_view text);

/// Tells the source. Not for authorise and review.
void grant(const Wish& wish, shm::Session& session) noexcept;

}  // namespace towfish::dashboard
