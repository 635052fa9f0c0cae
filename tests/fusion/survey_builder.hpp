#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/fusion/fusion.hpp"
#include "pipeline/sonar/frame_report.hpp"

namespace towfish {

/// The reports of one pair of frames.
struct ReportPair {
  std::uint64_t sequence = 0;
  std::array<FrameReport, 2> reports;
  std::array<std::vector<Detection>, 2> detections;
  std::array<std::vector<Chip>, 2> chips;
  std::array<std::vector<Ping>, 2> seams;

  [[nodiscard]] FrameReportView view(Side side) const {
    const std::size_t i = index(side);
    return {reports[i], detections[i], chips[i], seams[i]};
  }
};

/// A survey made by hand: a sonar that runs along straight lines at 2 m/s, 10 pings/s, 10 m above the bottom,
/// and sees 50 m to either side, 5 cm a sample; and detections of objects at given places. Lines have a
/// multiple of kPingsPerFrame pings.
class SurveyBuilder {
 public:
  static constexpr std::uint64_t kPingsPerFrame = 16;
  static constexpr double kPingSpacingM = 0.2;
  static constexpr float kAltitudeM = 10;
  static constexpr float kSampleSpacingM = 0.05F;
  static constexpr std::uint32_t kSamples = 1000;

  explicit SurveyBuilder(Position start = {58.0, 11.0}, std::size_t frame_pings = kPingsPerFrame)
      : start_(start), frame_pings_(frame_pings) {}

  struct Object {
    double east_m = 0;  ///< From the start.
    double north_m = 0;
    float llr = 4;
    ContactClass contact_class = ContactClass::milco;
    float length_m = 1.5F;
  };
  /// Runs from one place to another, seeing `objects`; every position recorded is off by (error_east_m,
  /// error_north_m).
  void run(double from_east_m, double from_north_m, double to_east_m, double to_north_m,
           const std::vector<Object>& objects, double error_east_m = 0, double error_north_m = 0);

  [[nodiscard]] std::vector<ReportPair>& pairs() noexcept { return pairs_; }
  [[nodiscard]] Position at(double east_m, double north_m) const {
    return LocalPlane(start_).to_position({east_m, north_m});
  }

  /// Adds a detection to the report that its last ping belongs to.
  void add(Detection detection);

 private:
  void add_frames(std::span<const Ping> path);
  void see(const Object& object, const std::vector<Ping>& path, double from_east_m, double from_north_m,
           double heading_deg);

  Position start_;
  std::size_t frame_pings_;
  std::vector<ReportPair> pairs_;
  std::uint64_t next_ping_ = 0;
};

/// Two lines over the same seabed in opposite directions, 40 m apart, with what lies between on both.
SurveyBuilder two_passes(const std::vector<SurveyBuilder::Object>& objects, double error_east_m = 0,
                         double error_north_m = 0);

/// A file in the temporary folder that goes with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name);
  ~TemporaryFile();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

void fuse(Fusion& fusion, const ReportPair& pair);
void fuse_all(Fusion& fusion, const std::vector<ReportPair>& pairs);
std::vector<Contact> contacts_in(Store& store);
/// Fuses the whole survey into a new file and gives its contacts.
std::vector<Contact> contacts_of(const std::vector<ReportPair>& pairs, const FusionSettings& settings = {});
std::string csv_of(Store& store);

}  // namespace towfish
