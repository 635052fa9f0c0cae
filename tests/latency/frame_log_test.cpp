#include "pipeline/latency/frame_log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "pipeline/latency/frame_text.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::latency {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

FrameStamps frame(std::uint64_t sequence, std::uint32_t side) {
  const auto due = static_cast<std::int64_t>(sequence) * 1'000'000;
  return {.sequence = sequence,
          .first_ping = sequence * 16,
          .pings = 16,
          .side = side,
          .first_due_ns = due,
          .last_due_ns = due + 900,
          .published_ns = due + 1000,
          .taken_ns = due + 1020,
          .detected_ns = due + 1500,
          .paired_ns = due + 1600,
          .committed_ns = due + 1900};
}

class FrameLogTest : public testing::Test {
 protected:
  FrameLogTest() : folder_(fs::temp_directory_path() / ("towfish-frame-log-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~FrameLogTest() override { fs::remove_all(folder_); }
  [[nodiscard]] fs::path file(const char* name) const { return folder_ / name; }

  fs::path folder_;
};

TEST_F(FrameLogTest, WritesALineForEveryFrameAndStage) {
  FrameLog({.csv = file("frames.csv")}).add(frame(3, 1));
  EXPECT_EQ(
      read(file("frames.csv")),
      std::string(csv_head()) +
          "3,starboard,48,16,3000000,3000900,3001000,3001020,3001500,3001600,3001900,900,100,20,480,100,300,"
          "1000\n");
}

TEST_F(FrameLogTest, ContinuesTheFilesOfAPredecessorThatDied) {
  for (const std::uint64_t sequence : {0, 1}) {
    FrameLog({.csv = file("frames.csv"), .trace = file("trace.json")}).add(frame(sequence, 0));
  }
  EXPECT_EQ(lines(read(file("frames.csv"))), 3U);
  const std::string trace = read(file("trace.json"));
  EXPECT_EQ(trace.find('['), trace.rfind("[\n"));
}

TEST_F(FrameLogTest, EveryFrameIsWrittenOrCountedAsDropped) {
  constexpr std::uint64_t kFrames = 3 * FrameLog::kQueue;
  std::uint64_t dropped = 0;
  {
    FrameLog log({.csv = file("frames.csv")});
    for (std::uint64_t i = 0; i < kFrames; ++i) log.add(frame(i, 0));
    dropped = log.dropped();
  }
  EXPECT_EQ(lines(read(file("frames.csv"))) - 1 + dropped, kFrames);
}

TEST_F(FrameLogTest, RefusesAFileThatCannotBeWritten) {
  EXPECT_THROW(FrameLog({.csv = folder_ / "absent" / "frames.csv"}), UsageError);
}

TEST(Trace, IsAnArrayOfEventsOnceItIsClosed) {
  std::string text = trace_head();
  append_trace(text, frame(5, 0), 1'000'000);
  const nlohmann::json events = nlohmann::json::parse(text + "{}]");
  std::map<std::string, double> work_us;
  std::map<std::string, double> wait_us;
  for (const auto& event : events) {
    const std::string phase = event.value("ph", "");
    if (phase == "X") work_us[event["name"]] = event["dur"];
    if (phase == "b") wait_us[event["name"]] -= event["ts"].get<double>();
    if (phase == "e") wait_us[event["name"]] += event["ts"].get<double>();
  }
  EXPECT_DOUBLE_EQ(work_us["fill"], 0.9);
  EXPECT_DOUBLE_EQ(work_us["detect"], 0.48);
  EXPECT_DOUBLE_EQ(work_us["fuse"], 0.3);
  EXPECT_NEAR(wait_us["emit"], 0.1, 1e-9);
  EXPECT_NEAR(wait_us["queue"], 0.02, 1e-9);
  EXPECT_NEAR(wait_us["pair"], 0.1, 1e-9);
}

}  // namespace
}  // namespace towfish::latency
