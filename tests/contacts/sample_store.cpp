#include "tests/contacts/sample_store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace towfish {

namespace {

Look sample_look(std::uint64_t id, std::uint64_t contact, Side side, Position position) {
  Look look;
  look.id = id;
  look.contact = contact;
  look.side = side;
  look.position = position;
  look.covariance = {1, 1, 0};
  look.llr = 3;
  look.ping = 100 * id;
  look.sample = 630;
  look.time_utc_ns = kSampleTimeNs;
  look.slant_range_m = 31.5F;
  look.ground_range_m = 29.871F;
  look.altitude_m = 10;
  look.heading_deg = 12.04F;
  look.shadow_length_m = 1.25F;
  look.frequency_khz = 600;
  look.detections = 1;
  look.detection = Store::detection_key(id, side, 0);
  return look;
}

}  // namespace

SampleStore::SampleStore() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  path_ = std::filesystem::temp_directory_path() /
          ("towfish-" + std::to_string(::getpid()) + "-" + test->name() + ".gpkg");
  store_ = std::make_unique<Store>(path_, Store::Mode::write);
  store_->set_source(0, "harbour \"north\", <day 1>.xtf");
  Contact mine;
  mine.id = 1;
  mine.position = {58.0001, 11.0001};
  mine.error = {2.5F, 1.5F, 30};
  mine.contact_class = ContactClass::milco;
  mine.confidence = 0.98768F;
  mine.llr = 6;
  mine.length_m = 1.5F;
  mine.width_m = 0.4F;
  mine.height_m = 0.35F;
  mine.best = sample_look(1, 1, Side::port, mine.position);
  mine.looks = {1, 2};
  Contact lost;
  lost.id = 2;
  lost.confidence = 0.4F;
  lost.best = sample_look(3, 2, Side::starboard, kNoPosition);
  lost.best.frequency_khz = 0;
  lost.best.heading_deg = kUnknown;
  lost.looks = {3};

  Store::Change change(*store_);
  FrameReport report;
  Detection detection;
  detection.width_m = 0.4F;
  detection.shadow_length_m = 1.25F;
  Chip chip;
  chip.metres_per_pixel = 0.1F;
  for (std::size_t i = 0; i < Chip::kSize * Chip::kSize; ++i) {
    chip.pixels[i] = static_cast<std::uint8_t>(i % Chip::kSize * 4);
  }
  (void)change.add_frame(1, Side::port, {report, {&detection, 1}, {&chip, 1}});
  change.put(mine);
  change.put(lost);
  change.put(mine.best);
  change.put(sample_look(2, 1, Side::starboard, {58.0001, 11.0002}));
  change.put(lost.best);
  change.commit();
}

SampleStore::~SampleStore() {
  store_.reset();
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
    std::error_code ignored;
    std::filesystem::remove(path_.string() + ending, ignored);
  }
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), count);
  }
  ::pclose(pipe);
  return text;
}

std::string contents_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace towfish
