#include "detectors/view.hpp"

#include <gmock/gmock.h>

#include <cstring>

#include "detectors/registry.hpp"
#include "tests/detectors/test_scene.hpp"

namespace towfish {
namespace {

/// A detector and what it shows.
struct Shown final : ViewSink {
  Shown() { detector->show_to(this); }
  void show(const ViewRow& row) noexcept override { rows.push_back(row); }
  std::vector<ViewRow> run(const TestScene& scene, std::size_t first, std::size_t end,
                           std::size_t frame_pings) {
    rows.clear();
    detect(*detector, scene, first, end, frame_pings, false);
    return rows;
  }
  std::unique_ptr<Detector> detector = make_detector(DetectorSettings{}, Side::port);
  std::vector<ViewRow> rows;
};

bool same(const std::vector<ViewRow>& a, const std::vector<ViewRow>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::memcmp(&a[i], &b[i], sizeof(ViewRow)) != 0) return false;
  }
  return true;
}

TEST(View, EveryPingIsShownWhileItIsProcessed) {
  const TestScene scene(40);
  const auto rows = Shown().run(scene, 0, scene.size(), 16);
  ASSERT_EQ(rows.size(), 40U);
  EXPECT_EQ(rows.back().ping, 39U);
  EXPECT_EQ(rows.back().columns, TestScene::kSamples);
  EXPECT_FLOAT_EQ(rows.back().column_m, 0.08F);
}

TEST(View, TheBottomLiesAtTheBackgroundTheWaterIsDarkAndObjectsStandOut) {
  TestScene scene(400);
  scene.put_object(380, 250);
  const ViewRow row = Shown().run(scene, 0, scene.size(), 16)[380];
  const auto mean = [&](std::size_t first, std::size_t end) {
    int sum = 0;
    for (std::size_t i = first; i < end; ++i) sum += row.pixels[i];
    return sum / static_cast<int>(end - first);
  };
  EXPECT_NEAR(mean(300, 500), ViewRow::kBackground, 12);
  EXPECT_LT(mean(10, 70), 20);
  EXPECT_GT(mean(245, 250), mean(300, 500) + 40);
  EXPECT_LT(mean(252, 265), mean(300, 500) - 60);
  EXPECT_NEAR(row.altitude_m, 6.4, 0.3);
}

TEST(View, RowsDependOnNothingButTheDetectorsMemory) {
  const TestScene scene(1100);
  const auto expected = Shown().run(scene, 0, scene.size(), 16);
  EXPECT_TRUE(same(Shown().run(scene, 0, scene.size(), 7), expected)) << "cut into other frames";
  Shown successor;
  const std::size_t died = 900;
  successor.run(scene, died - successor.detector->memory_pings(), died, 16);
  EXPECT_TRUE(same(successor.run(scene, died, scene.size(), 16), {expected.begin() + died, expected.end()}));
}

}  // namespace
}  // namespace towfish
