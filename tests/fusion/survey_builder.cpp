#include "tests/fusion/survey_builder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>

#include "pipeline/contacts/csv.hpp"

namespace towfish {

namespace {

constexpr std::int64_t kStartNs = 1'700'000'000'000'000'000;
constexpr std::int64_t kIntervalNs = 100'000'000;

}  // namespace

void SurveyBuilder::run(double from_east_m, double from_north_m, double to_east_m, double to_north_m,
                        const std::vector<Object>& objects, double error_east_m, double error_north_m) {
  const double length = std::hypot(to_east_m - from_east_m, to_north_m - from_north_m);
  const double heading =
      std::atan2(to_east_m - from_east_m, to_north_m - from_north_m) * 180 / std::numbers::pi;
  const auto frames = static_cast<std::uint64_t>(std::ceil(length / kPingSpacingM / kPingsPerFrame));
  std::vector<Ping> path(frames * kPingsPerFrame);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const double along = static_cast<double>(i) * kPingSpacingM;
    const Position position = at(from_east_m + error_east_m + along * (to_east_m - from_east_m) / length,
                                 from_north_m + error_north_m + along * (to_north_m - from_north_m) / length);
    Ping& ping = path[i];
    ping.number = next_ping_ + i;
    ping.time_utc_ns = kStartNs + static_cast<std::int64_t>(ping.number) * kIntervalNs;
    ping.latitude_deg = position.latitude_deg;
    ping.longitude_deg = position.longitude_deg;
    ping.heading_deg = static_cast<float>(heading < 0 ? heading + 360 : heading);
    ping.course_deg = ping.heading_deg;
    ping.speed_mps = 2;
    ping.pitch_deg = 0;
    ping.interval_s = 0.1F;
    ping.altitude_m = kAltitudeM;
  }
  add_frames(path);
  for (const Object& object : objects) see(object, path, from_east_m, from_north_m, heading);
  next_ping_ += path.size();
}

void SurveyBuilder::add_frames(std::span<const Ping> path) {
  for (std::size_t first = 0; first < path.size(); first += frame_pings_) {
    const auto pings = path.subspan(first, std::min(frame_pings_, path.size() - first));
    ReportPair& pair = pairs_.emplace_back();
    pair.sequence = pairs_.size() - 1;
    for (const Side side : kSides) {
      FrameReport& report = pair.reports[index(side)];
      report.frame.sequence = pair.sequence;
      report.frame.side = static_cast<std::uint32_t>(index(side));
      report.frame.pings = static_cast<std::uint32_t>(pings.size());
      report.frame.geometry = {kSamples, 0, kSampleSpacingM, 600, 1};
      report.first = pings.front();
      report.last = pings.back();
      auto& seams = pair.seams[index(side)];
      seams.resize(most_seams(pings.size()));
      seams.resize(find_seams(pings, seams));
      report.seams = static_cast<std::uint32_t>(seams.size());
    }
  }
}

void SurveyBuilder::see(const Object& object, const std::vector<Ping>& path, double from_east_m,
                        double from_north_m, double heading_deg) {
  const double heading = heading_deg * std::numbers::pi / 180;
  const double east = object.east_m - from_east_m;
  const double north = object.north_m - from_north_m;
  const double along = east * std::sin(heading) + north * std::cos(heading);
  const double out = east * std::cos(heading) - north * std::sin(heading);
  const auto ping = static_cast<std::int64_t>(std::lround(along / kPingSpacingM));
  // The highlight is on its near face: 0.5 m of the 1 m that objects usually are deep.
  const double slant = std::hypot(std::abs(out) - 0.25, kAltitudeM);
  const auto half = static_cast<std::int64_t>(std::lround(object.length_m / 2 / kPingSpacingM));
  if (ping - half < 0 || ping + half >= static_cast<std::int64_t>(path.size())) return;
  if (slant >= kSamples * kSampleSpacingM) return;
  Detection d;
  d.at = path[static_cast<std::size_t>(ping)];
  d.ping = d.at.number;
  d.first_ping = d.ping - static_cast<std::uint64_t>(half);
  d.last_ping = d.ping + static_cast<std::uint64_t>(half);
  const auto middle = static_cast<std::uint32_t>(slant / kSampleSpacingM);
  d.highlight_first_sample = middle - 5;
  d.highlight_last_sample = middle + 5;
  d.sample = middle + 5;
  d.shadow_last_sample = middle + 35;
  d.slant_range_m = static_cast<float>(slant);
  d.ground_range_m = static_cast<float>(std::abs(out));
  d.altitude_m = kAltitudeM;
  d.length_m = object.length_m;
  d.width_m = 0.5F;
  d.shadow_length_m = 1.5F;
  d.llr = object.llr;
  d.range_m = kSamples * kSampleSpacingM;
  d.frequency_khz = 600;
  d.contact_class = object.contact_class;
  d.side = out < 0 ? Side::port : Side::starboard;
  add(d);
}

void SurveyBuilder::add(Detection detection) {
  for (ReportPair& pair : pairs_) {
    const std::size_t i = index(detection.side);
    if (detection.last_ping > pair.reports[i].last.number) continue;
    pair.detections[i].push_back(detection);
    pair.reports[i].detections = static_cast<std::uint32_t>(pair.detections[i].size());
    return;
  }
}

SurveyBuilder two_passes(const std::vector<SurveyBuilder::Object>& objects, double error_east_m,
                         double error_north_m) {
  SurveyBuilder survey;
  survey.run(0, 0, 0, 200, objects);
  survey.run(0, 200, 40, 200, {});
  survey.run(40, 200, 40, 0, objects, error_east_m, error_north_m);
  return survey;
}

TemporaryFile::TemporaryFile(const std::string& name) {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  path_ = std::filesystem::temp_directory_path() /
          ("towfish-" + std::to_string(::getpid()) + "-" + test->name() + "-" + name);
}

TemporaryFile::~TemporaryFile() {
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
    std::error_code ignored;
    std::filesystem::remove(path_.string() + ending, ignored);
  }
}

void fuse(Fusion& fusion, const ReportPair& pair) {
  const FrameReportView port = pair.view(Side::port);
  const FrameReportView starboard = pair.view(Side::starboard);
  fusion.fuse(pair.sequence, &port, &starboard);
}

void fuse_all(Fusion& fusion, const std::vector<ReportPair>& pairs) {
  for (const ReportPair& pair : pairs) fuse(fusion, pair);
}

std::vector<Contact> contacts_in(Store& store) {
  std::vector<Contact> contacts;
  store.for_each_contact([&](const Contact& contact) { contacts.push_back(contact); });
  return contacts;
}

std::vector<Contact> contacts_of(const std::vector<ReportPair>& pairs, const FusionSettings& settings) {
  TemporaryFile file("whole.gpkg");
  Store store(file.path(), Store::Mode::write);
  Fusion fusion(settings, store);
  fuse_all(fusion, pairs);
  fusion.finish();
  return contacts_in(store);
}

std::string csv_of(Store& store) {
  std::ostringstream out;
  write_csv(store, out);
  return out.str();
}

}  // namespace towfish
