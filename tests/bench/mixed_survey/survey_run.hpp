#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/sonar/contact.hpp"
#include "sim/sidescan.hpp"

namespace towfish::mixed_survey {

constexpr std::uint64_t kLines = 4;  ///< Of a survey; each passes every object once.

/// Moves whatever a line recorded by one random error.
class Shifter {
 public:
  Shifter(double sigma_m, unsigned seed, std::uint64_t pings);
  [[nodiscard]] Position shifted(Position position, std::uint64_t ping, double sign) const;
  void shift(Ping& ping) const;

 private:
  std::uint64_t line_pings_;
  std::array<std::pair<double, double>, kLines> errors_;
};

/// Objects by id, each as it was seen in one of its looks.
using Truth = std::map<std::uint32_t, TruthLook>;

/// Objects with a visible look between two pings.
Truth visible(const std::vector<TruthLook>& looks, std::uint64_t first_ping, std::uint64_t end_ping);

/// A contact and what its looks really show.
struct Judged {
  Contact contact;
  std::vector<Look> looks;
  std::vector<std::uint32_t> objects;  ///< Of each look; 0: nothing.
  std::uint32_t object = 0;            ///< Of its best look that shows one.
  std::size_t good_passes = 0;         ///< That saw its place well.
};

/// What fusion made of a survey, or of a part of it.
struct SurveyRun {
  std::vector<Judged> contacts;
  double covered_km2 = 0;
  double twice_km2 = 0;  ///< Seen well at least twice.
};

/// Fuses the reports of pings `first_ping` up to `end_ping`, moved by the shifter; navigation is said to err
/// by `error_m`.
SurveyRun fuse_lines(Store& reports, double error_m, const Shifter& shifter, std::uint64_t first_ping,
                     std::uint64_t end_ping, const Truth& truth);

}  // namespace towfish::mixed_survey
