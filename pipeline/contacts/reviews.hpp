#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/sonar/detection.hpp"

namespace towfish {

/// What a person says about a contact.
struct Review {
  enum class Verdict : std::uint8_t { open, accepted, rejected };
  static constexpr std::size_t kMostComment = 2000;  ///< Bytes.
  static constexpr std::size_t kMostName = 80;

  std::uint64_t contact = 0;
  std::uint64_t detection = 0;  ///< Of the contact's best look then: finds it again under another number.
  Verdict verdict = Verdict::open;
  std::string contact_class;  ///< MILEC, MILCO or NOMBO; empty: as the machine says.
  std::string comment;
  std::string by;
  std::string time_utc;
};

constexpr const char* name(Review::Verdict verdict) noexcept {
  return verdict == Review::Verdict::accepted   ? "accepted"
         : verdict == Review::Verdict::rejected ? "rejected"
                                                : "open";
}

/// Adds to the table `reviews` of a contact store, which is made when it is not there. Nothing is ever
/// changed or removed: the last review of a contact holds, the others are its history. Holds the store's lock
/// for the moment of one insertion. Throws StoreError.
void add_review(const std::filesystem::path& store, const Review& review);

/// All of them, oldest first; none when there is no such table. Throws StoreError.
std::vector<Review> reviews(const std::filesystem::path& store);

}  // namespace towfish
