#include <gtest/gtest.h>

#include <string>

#include "pipeline/logs/log_file.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish {
namespace {

/// A file whose byte at n is n / 256, and then one in which every byte is 0xFF: what was kept shows.
class FileWindowTest : public testing::Test {
 protected:
  static constexpr std::size_t kBytes = 60'000;

  FileWindowTest() {
    std::string bytes(kBytes, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i / 256);
    write(bytes);
  }

  void write(const std::string& bytes) const { folder_.write("log", std::as_bytes(std::span(bytes))); }
  void overwrite() const { write(std::string(kBytes, '\xFF')); }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "log";
};

TEST_F(FileWindowTest, ReadsAheadABlock) {
  const LogFile file(path_);
  FileWindow window(file, 1024);
  EXPECT_EQ(window.fields(512, 4).u8(0), 2);
  overwrite();
  EXPECT_EQ(window.fields(512 + 1023, 1).u8(0), 5);
  EXPECT_EQ(window.fields(512 + 1024, 1).u8(0), 0xFF);
}

TEST_F(FileWindowTest, KeepsTheHeadersItSkimmedForALookAheadAndBackAgain) {
  const LogFile file(path_);
  FileWindow window(file, 1024, 256);
  for (const std::uint64_t at : {10'000U, 20'000U, 30'000U}) EXPECT_EQ(window.fields(at, 4).u8(0), at / 256);
  overwrite();
  EXPECT_EQ(window.fields(10'000, 256).u8(255), 10'255 / 256);
  EXPECT_EQ(window.fields(30'000, 4).u8(0), 30'000 / 256);
  EXPECT_EQ(window.fields(20'000, 4).u8(0), 20'000 / 256);
  EXPECT_EQ(window.fields(20'000, 257).u8(0), 0xFF) << "more than was skimmed";
}

TEST_F(FileWindowTest, ForgetsTheOldestOfThem) {
  const LogFile file(path_);
  FileWindow window(file, 1024, 256);
  for (std::uint64_t at = 5'000; at <= 50'000; at += 5'000) EXPECT_EQ(window.fields(at, 4).u8(0), at / 256);
  overwrite();
  EXPECT_EQ(window.fields(5'000, 4).u8(0), 0xFF);
  EXPECT_EQ(window.fields(50'000, 4).u8(0), 50'000 / 256);
}

TEST_F(FileWindowTest, EndsWithTheFile) {
  const LogFile file(path_);
  FileWindow window(file, 1024, 256);
  EXPECT_EQ(window.bytes(kBytes - 10, 100).size(), 10U);
  EXPECT_TRUE(window.bytes(kBytes, 1).empty());
  std::filesystem::resize_file(path_, 100);
  EXPECT_TRUE(window.bytes(40'000, 4).empty()) << "the file has become shorter meanwhile";
}

}  // namespace
}  // namespace towfish
