#include "pipeline/batch/report_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/logs/temporary_folder.hpp"

namespace towfish::batch {
namespace {

namespace fs = std::filesystem;

void write_some(const fs::path& file) {
  ReportWriter out(file);
  for (std::uint64_t i = 0; i < 3; ++i) {
    FrameReport report;
    report.first.number = 16 * i;
    report.frame.side = i % 2;
    std::vector<Detection> detections(i);
    std::vector<Chip> chips(i);
    for (Detection& detection : detections) detection.ping = 100 + i;
    std::vector<Ping> seams(2 * i);
    for (Ping& ping : seams) ping.number = 200 + i;
    report.seams = static_cast<std::uint32_t>(seams.size());
    out.write({report, detections, chips, seams});
  }
  out.close();
}

TEST(ReportFile, WhatIsWrittenComesBackInOrder) {
  const TemporaryFolder folder;
  write_some(folder.path() / "some");
  std::vector<std::uint64_t> first;
  std::vector<std::size_t> detections;
  read_reports(folder.path() / "some", [&](const KeptReport& view) {
    first.push_back(view.report.first.number);
    detections.push_back(view.detections.size());
    EXPECT_EQ(view.chips.size(), view.detections.size());
    EXPECT_EQ(view.seams.size(), 2 * view.detections.size());
    for (const Ping& ping : view.seams) EXPECT_EQ(ping.number, 200 + view.detections.size());
    for (const Detection& detection : view.detections) EXPECT_EQ(detection.ping, 100 + detections.back());
  });
  EXPECT_THAT(first, testing::ElementsAre(0, 16, 32));
  EXPECT_THAT(detections, testing::ElementsAre(0, 1, 2));
}

TEST(ReportFile, IsNotThereBeforeItIsClosed) {
  const TemporaryFolder folder;
  { const ReportWriter abandoned(folder.path() / "some"); }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(ReportFile, EveryFlippedByteAndEveryMissingEndIsNoticedBeforeTheFirstVisit) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "some";
  write_some(file);
  const auto size = fs::file_size(file);
  ASSERT_TRUE(is_whole(file));
  const auto never = [](const KeptReport&) { FAIL() << "visited a damaged file"; };
  for (std::uintmax_t at = 0; at < size; at += at < 500 ? 1 : 97) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    const char was = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(static_cast<char>(was ^ 0x10));
    bytes.flush();
    EXPECT_THROW(read_reports(file, never), ReportFileError) << "byte " << at;
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(was);
  }
  EXPECT_TRUE(is_whole(file));
  for (std::uintmax_t length = size; length-- > size - 600;) {
    fs::resize_file(file, length);
    EXPECT_FALSE(is_whole(file)) << length << " of " << size << " bytes";
  }
  EXPECT_FALSE(is_whole(folder.path() / "absent"));
}

TEST(ReportFile, OfAnotherVersionIsNotReadThoughItsCheckSumIsRight) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "some";
  write_some(file);
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::uint64_t hash = 0;
  const std::size_t before = bytes.size() - sizeof hash;
  ++bytes[7];  // The magic's last letter.
  hash = XXH3_64bits(bytes.data(), before);
  std::memcpy(&bytes[before], &hash, sizeof hash);
  write_whole(file, bytes);
  EXPECT_FALSE(is_whole(file));
  const auto never = [](const KeptReport&) { FAIL() << "visited a file of another version"; };
  EXPECT_THROW(read_reports(file, never), ReportFileError);
}

}  // namespace
}  // namespace towfish::batch
