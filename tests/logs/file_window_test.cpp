#include <gtest/gtest.h>

#include <string>

#include "pipeline/logs/log_file.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish {
namespace {

/// A file whose byte at n is n / 65536, and then one in which every byte is 0xFF: what was kept shows.
class FileWindowTest : public testing::Test {
 protected:
  static constexpr std::size_t kBytes = 8'000'000;
  static constexpr std::size_t kFar = FileWindow::kFarBehind + 1;

  FileWindowTest() {
    std::string bytes(kBytes, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i >> 16);
    write(bytes);
  }

  void write(const std::string& bytes) const { folder_.write("log", std::as_bytes(std::span(bytes))); }
  void overwrite() const { write(std::string(kBytes, '\xFF')); }
  static std::uint8_t byte_at(std::uint64_t at) { return static_cast<std::uint8_t>(at >> 16); }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "log";
};

TEST_F(FileWindowTest, ReadsAheadABlock) {
  const LogFile file(path_);
  FileWindow window(file);
  EXPECT_EQ(window.fields(512, 4).u8(0), 0);
  overwrite();
  const std::size_t end = FileWindow::kBlockBytes;
  EXPECT_EQ(window.fields(end - 1, 1).u8(0), byte_at(end - 1));
  EXPECT_EQ(window.fields(end, 1).u8(0), 0xFF);
}

TEST_F(FileWindowTest, FindsWhatAnotherWindowReadAhead) {
  const LogFile file(path_);
  FileWindow ahead(file);
  FileWindow behind(file);
  constexpr std::uint64_t kStep = 4096;
  for (std::uint64_t at = 0; at < 900'000; at += kStep) ASSERT_EQ(ahead.fields(at, 8).u8(0), byte_at(at));
  overwrite();
  for (std::uint64_t at = 100'000; at < 800'000; at += kStep)
    ASSERT_EQ(behind.bytes(at, kStep).back(), std::byte{byte_at(at + kStep - 1)}) << at;
}

TEST_F(FileWindowTest, ForgetsTheOldestBlock) {
  const LogFile file(path_);
  FileWindow window(file);
  for (std::uint64_t at = 0; at < 2'000'000; at += 4096) ASSERT_EQ(window.fields(at, 8).u8(0), byte_at(at));
  overwrite();
  EXPECT_EQ(window.fields(100'000, 8).u8(0), 0xFF);
}

TEST_F(FileWindowTest, KeepsTheHeadersItSkimmedForALookAheadAndBackAgain) {
  const LogFile file(path_);
  FileWindow window(file);
  for (const std::uint64_t at : {1'000'000U, 2'000'000U, 3'000'000U})
    EXPECT_EQ(window.fields(at, 4).u8(0), byte_at(at));
  overwrite();
  EXPECT_EQ(window.fields(1'000'000, FileWindow::kSkimBytes).u8(511), byte_at(1'000'511));
  EXPECT_EQ(window.fields(3'000'000, 4).u8(0), byte_at(3'000'000));
  EXPECT_EQ(window.fields(2'000'000, 4).u8(0), byte_at(2'000'000));
  EXPECT_EQ(window.fields(2'000'000, FileWindow::kSkimBytes + 1).u8(0), 0xFF) << "more than was skimmed";
}

TEST_F(FileWindowTest, ForgetsTheOldestOfThem) {
  const LogFile file(path_);
  FileWindow window(file);
  for (std::uint64_t at = kFar; at <= 10 * kFar; at += kFar)
    EXPECT_EQ(window.fields(at, 4).u8(0), byte_at(at));
  overwrite();
  EXPECT_EQ(window.fields(10 * kFar, 4).u8(0), byte_at(10 * kFar));
  EXPECT_EQ(window.fields(kFar, 4).u8(0), 0xFF);
}

TEST_F(FileWindowTest, EndsWithTheFile) {
  const LogFile file(path_);
  FileWindow window(file);
  EXPECT_EQ(window.bytes(kBytes - 10, 100).size(), 10U);
  EXPECT_TRUE(window.bytes(kBytes, 1).empty());
  std::filesystem::resize_file(path_, 100);
  EXPECT_TRUE(window.bytes(40'000, 4).empty()) << "the file has become shorter meanwhile";
  EXPECT_EQ(window.bytes(50, 100).size(), 50U);
}

}  // namespace
}  // namespace towfish
