#include "pipeline/evaluation/window_set.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "pipeline/picture/picture.hpp"
#include "tests/detectors/test_scene.hpp"

namespace towfish::evaluation {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class Windows : public testing::Test {
 protected:
  Windows() { fs::remove_all(folder_); }
  ~Windows() override { fs::remove_all(folder_); }

  static std::string text(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  fs::path folder_ = fs::temp_directory_path() / ("towfish-windows-" + std::to_string(::getpid()));
};

/// 51.2 m of 0.08 m a sample, and of 0.1 m a ping, which counts as 2^(-27/8) m (AlongTrack).
constexpr double kWindowPings = 531;
constexpr double kWindowSamples = 640;

TEST_F(Windows, FollowEachOtherAndSayWhatIsInThemWhere) {
  TestScene scene(900);
  scene.put_object(300, 200, 17, 20, 40);
  WindowSet windows(folder_);
  windows.begin("./sea bed.yaml seed 3");
  windows.take(scene.frame(0, 500));
  windows.take(scene.frame(500, 400));
  windows.label({{0, Side::port, 300, 200, 17, 20},
                 {1, Side::port, 600, 320, 10, 10},
                 {1, Side::starboard, 300, 200, 1, 1}},
                {scene.geometry(), scene.geometry()});
  EXPECT_THAT(names(),
              ElementsAre("sea-bed-yaml-seed-3-port-000000.png", "sea-bed-yaml-seed-3-port-000000.txt",
                          "sea-bed-yaml-seed-3-port-000531.png", "sea-bed-yaml-seed-3-port-000531.txt"));
  const auto line = [](int label, double x, double y, double width, double height) {
    char text[80];
    std::snprintf(text, sizeof text, "%d %.5f %.5f %.5f %.5f\n", label, x, y, width, height);
    return std::string(text);
  };
  EXPECT_EQ(text(folder_ / names()[1]),
            line(0, 200 / kWindowSamples, 300 / kWindowPings, 20 / kWindowSamples, 17 / kWindowPings));
  EXPECT_EQ(text(folder_ / names()[3]),
            line(1, 320 / kWindowSamples, 69 / kWindowPings, 10 / kWindowSamples, 10 / kWindowPings));

  // The highlight ends, and its shadow begins, in the middle of the label.
  const Picture picture = read_picture(folder_ / names()[0]);
  ASSERT_EQ(picture.width, 1024U);
  ASSERT_EQ(picture.height, 512U);
  const auto mean = [&](std::uint32_t first, std::uint32_t last) {
    double sum = 0;
    for (std::uint32_t y = 285; y <= 293; ++y) {
      for (std::uint32_t x = first; x <= last; ++x) sum += picture.pixels[y * 1024 + x];
    }
    return sum / (9 * (last - first + 1));
  };
  EXPECT_GT(mean(292, 317), 170);
  EXPECT_LT(mean(328, 381), 90);
  EXPECT_EQ(mean(0, 100), 0);  // The water column, 80 samples or 128 pixels wide.
}

TEST_F(Windows, ARecordingBeginsAnewWithoutWhatWasBefore) {
  TestScene scene(200);
  const TraceGeometry geometry = scene.geometry();
  WindowSet windows(folder_);
  windows.begin("a");
  windows.take(scene.frame(0, 200));
  windows.label({}, {geometry, geometry});
  windows.begin("b");
  windows.take(scene.frame(0, 100));
  windows.label({}, {geometry, geometry});
  EXPECT_THAT(names(), ElementsAre("a-port-000000.png", "a-port-000000.txt", "b-port-000000.png",
                                   "b-port-000000.txt"));
}

TEST(Labels, OfLooksTellMinesFromObjectsFromWhatCannotBeSeen) {
  Trial trial;
  trial.spacing_m = 0.1;
  trial.geometry[0].sample_spacing_m = trial.geometry[1].sample_spacing_m = 0.05F;
  TruthLook mine;
  mine.ping = 7;
  mine.sample = 9;
  mine.length_m = 2;
  mine.width_m = 0.5F;
  TruthLook rock = mine;
  rock.contact_class = ContactClass::nombo;
  rock.length_m = rock.width_m = 0.3F;
  TruthLook hidden = mine;
  hidden.visible = false;
  const auto labels = labels_of({mine, rock, hidden}, trial);
  ASSERT_EQ(labels.size(), 3U);
  EXPECT_EQ(labels[0].label, 0);
  EXPECT_DOUBLE_EQ(labels[0].pings, 20);
  EXPECT_NEAR(labels[0].samples, 40, 1e-4);
  EXPECT_EQ(labels[1].label, 1);
  EXPECT_DOUBLE_EQ(labels[1].pings, 10);
  EXPECT_EQ(labels[2].label, 2);
}

TEST(Labels, OfBoxesLieOnTheSideOfNadirThatTheyAreOn) {
  Trial trial;
  trial.geometry[0].samples = 100;
  const auto labels = labels_of(std::vector<Box>{{3, 90, 50, 4, 6}, {5, 130, 60, 4, 6}}, trial);
  EXPECT_EQ(labels[0].side, Side::port);
  EXPECT_DOUBLE_EQ(labels[0].sample, 10);
  EXPECT_EQ(labels[0].label, 3);
  EXPECT_EQ(labels[1].side, Side::starboard);
  EXPECT_DOUBLE_EQ(labels[1].sample, 30);
  EXPECT_DOUBLE_EQ(labels[1].pings, 6);
}

}  // namespace
}  // namespace towfish::evaluation
