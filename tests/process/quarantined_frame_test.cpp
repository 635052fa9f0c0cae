#include "pipeline/process/quarantined_frame.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "pipeline/sonar/error.hpp"

namespace towfish::process {
namespace {

class QuarantinedFrameTest : public testing::Test {
 protected:
  QuarantinedFrameTest()
      : file_(std::filesystem::temp_directory_path() / ("towfish-frame-" + std::to_string(::getpid())) /
              "port-3.frame") {
    for (std::uint64_t sequence : {2, 3}) {
      QuarantinedFrame::Frame& frame = frames_.emplace_back();
      frame.header.sequence = sequence;
      frame.header.pings = 2;
      frame.header.geometry.samples = 3;
      frame.pings.resize(2);
      frame.pings[1].number = 10 * sequence + 1;
      frame.samples = {1, 2, 3, 4, 5, static_cast<std::uint16_t>(sequence)};
    }
    const std::vector<FrameView> views{frames_[0].view(), frames_[1].view()};
    EXPECT_TRUE(QuarantinedFrame::write(file_, "mode: replay\n", views));
  }
  ~QuarantinedFrameTest() override { std::filesystem::remove_all(file_.parent_path()); }

  std::string bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void replace(const std::string& bytes) const { std::ofstream(file_, std::ios::binary) << bytes; }

  std::filesystem::path file_;
  std::vector<QuarantinedFrame::Frame> frames_;
};

TEST_F(QuarantinedFrameTest, WhatWasWrittenIsReadBack) {
  const auto read = QuarantinedFrame::read(file_);
  EXPECT_EQ(read.settings, "mode: replay\n");
  ASSERT_EQ(read.frames.size(), 2U);
  EXPECT_EQ(read.frames[1].header.sequence, 3U);
  EXPECT_EQ(read.frames[1].pings[1].number, 31U);
  EXPECT_EQ(read.frames[1].samples, frames_[1].samples);
}

TEST_F(QuarantinedFrameTest, AFileThatEndsAnywhereElseIsRefused) {
  const std::string whole = bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    replace(whole.substr(0, size));
    EXPECT_THROW(QuarantinedFrame::read(file_), InputError) << size;
  }
}

TEST_F(QuarantinedFrameTest, LyingCountsAreRefusedBeforeMemoryIsTaken) {
  const std::string whole = bytes();
  for (std::size_t at = 0; at < 24 + 13 + sizeof(FrameHeader); at += 4) {
    std::string lying = whole;
    lying.replace(at, 4, "\xFF\xFF\xFF\xFF");
    replace(lying);
    try {
      EXPECT_LE(QuarantinedFrame::read(file_).frames.size(), 2U);
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("port-3.frame"));
    }
  }
}

TEST_F(QuarantinedFrameTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THROW(QuarantinedFrame::read("/nowhere/x.frame"), InputError);
}

}  // namespace
}  // namespace towfish::process
