#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "detectors/onnx/chip_classifier.hpp"
#include "detectors/onnx/yolo_output.hpp"
#include "detectors/registry.hpp"
#include "pipeline/sonar/error.hpp"
#include "tests/detectors/test_scene.hpp"

namespace towfish {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::filesystem::path kModels = std::filesystem::path(TOWFISH_SOURCE_DIR) / "tests/detectors/models";
constexpr const char* kWhere = "mine.yaml:4: key 'network.model'";

ConfiguredPath model(const std::filesystem::path& file) {
  return {(kModels / file).string(), kWhere};
}

DetectorSettings window_settings(YoloLayout layout) {
  DetectorSettings settings;
  settings.least_llr = -1;
  settings.network.model = model(layout == YoloLayout::v5 ? "window-v5.onnx" : "window-v8.onnx");
  settings.network.layout = layout;
  settings.network.width_px = settings.network.height_px = 64;
  settings.network.channels = 1;
  settings.network.metres_per_pixel = 0.16F;
  settings.network.classes = {{"mine", NetworkClass::Meaning::milco}};
  if (layout == YoloLayout::v5) {
    settings.network.classes.insert(settings.network.classes.begin(), {"rock", NetworkClass::Meaning::nombo});
  }
  return settings;
}

/// Bright patches of 1.6 m either way, no shadow: what the networks of the tests look for.
TestScene bright_scene(std::size_t pings) {
  TestScene scene(pings);
  for (std::size_t ping = 100; ping + 60 < pings; ping += 70) {
    scene.put_object(ping, 180 + static_cast<std::uint32_t>(ping) % 230, 17, 20, 0, 8.0);
  }
  return scene;
}

bool same(const std::vector<Detection>& a, const std::vector<Detection>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Detection)) == 0);
}

std::string refusal(const DetectorSettings& settings) {
  try {
    make_detector(settings, Side::port);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "not refused";
}

class Windows : public testing::TestWithParam<YoloLayout> {};
INSTANTIATE_TEST_SUITE_P(Layouts, Windows, testing::Values(YoloLayout::v5, YoloLayout::v8));

TEST_P(Windows, EveryBrightPatchIsFoundOnceWhereItIs) {
  const TestScene scene = bright_scene(800);
  const auto found =
      detect(*make_detector(window_settings(GetParam()), Side::port), scene, 0, scene.size(), 16);
  std::size_t patches = 0;
  for (std::size_t ping = 100; ping + 60 < scene.size(); ping += 70, ++patches) {
    const auto sample = 170.0 + static_cast<double>(ping % 230);
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const Detection& d) {
      return std::abs(static_cast<double>(d.ping) - static_cast<double>(ping)) <= 14 &&
             std::abs(static_cast<double>(d.sample) - sample) <= 14 && d.contact_class == ContactClass::milco;
    })) << ping;
  }
  EXPECT_GE(found.size(), patches);
  EXPECT_LE(found.size(),
            3 * patches);  // these networks have a fixed raster: a patch may lie on two of its cells
}

TEST_P(Windows, SameDetectionsWhateverTheFrameLength) {
  const TestScene scene = bright_scene(1100);
  const auto expected =
      detect(*make_detector(window_settings(GetParam()), Side::port), scene, 0, scene.size(), 1);
  ASSERT_GT(expected.size(), 5U);
  for (const std::size_t pings : {8U, 16U, 64U, 256U}) {
    EXPECT_TRUE(
        same(detect(*make_detector(window_settings(GetParam()), Side::port), scene, 0, scene.size(), pings),
             expected))
        << pings;
  }
}

TEST(WindowDetector, ASuccessorFedTheMemoryGoesOnAsIfNothingHadHappened) {
  const DetectorSettings settings = window_settings(YoloLayout::v8);
  const auto detector = make_detector(settings, Side::port);
  const TestScene scene = bright_scene(detector->memory_pings() + 700);
  const std::size_t died = detector->memory_pings() + 203;
  detect(*detector, scene, 0, died, 16, false);
  const auto expected = detect(*detector, scene, died, scene.size(), 16);
  ASSERT_GT(expected.size(), 5U);
  const auto successor = make_detector(settings, Side::port);
  detect(*successor, scene, died - successor->memory_pings(), died, 16, false);
  EXPECT_TRUE(same(detect(*successor, scene, died, scene.size(), 16), expected));
}

TEST(WindowDetector, ClassesThatMeanNothingAreNotReported) {
  DetectorSettings settings = window_settings(YoloLayout::v8);
  settings.network.classes[0].meaning = NetworkClass::Meaning::none;
  const TestScene scene = bright_scene(400);
  EXPECT_THAT(detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 16), testing::IsEmpty());
}

TEST(WindowDetector, OfBoxesThatLieNearEachOtherTheBestStays) {
  DetectorSettings settings = window_settings(YoloLayout::v8);
  const TestScene scene = bright_scene(700);
  const auto all = detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 16);
  settings.network.same_object_m = 3;
  const auto apart = detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 16);
  EXPECT_LT(apart.size(), all.size());
  ASSERT_GT(apart.size(), 4U);
  const float spacing_m = 0.1F;
  for (std::size_t i = 0; i < apart.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const float along_m = spacing_m * static_cast<float>(apart[i].ping - apart[k].ping);
      EXPECT_GT(std::hypot(along_m, apart[i].slant_range_m - apart[k].slant_range_m), 2.5F);
    }
  }
}

TEST(YoloOutput, OverlappingBoxesAreOneAndOddOnesAreLeftOut) {
  NetworkSettings settings = window_settings(YoloLayout::v8).network;
  settings.least_score = 0.1F;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::array<float, 5>> rows{
      {20, 20, 10, 10, 0.5F},  {21, 20, 10, 10, 0.9F}, {50, 20, 10, 10, 0.3F},
      {nan, 20, 10, 10, 0.9F}, {20, 50, -3, 10, 0.9F}, {20, 50, 9, 9, 0.05F},
      {20, 50, 9, 9, nan},     {20, 500, 9, 9, 0.9F},  {20, 50, 9, 9, 7.0F}};
  const int sizes[] = {1, 5, static_cast<int>(rows.size())};
  cv::Mat output(3, sizes, CV_32F);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < 5; ++k) output.ptr<float>()[k * rows.size() + i] = rows[i][k];
  }
  ASSERT_TRUE(has_shape(output, YoloLayout::v8, 1));
  std::vector<NetworkBox> boxes;
  read_boxes(output, settings, boxes);
  ASSERT_EQ(boxes.size(), 2U);
  EXPECT_FLOAT_EQ(boxes[0].score, 0.9F);
  EXPECT_FLOAT_EQ(boxes[0].x(), 21);
  EXPECT_FLOAT_EQ(boxes[1].score, 0.3F);
}

TEST(ChipClassifier, AnObjectsChipIsMoreLikelyThanAnEmptyOne) {
  ClassifierSettings settings;
  settings.model = model("chip.onnx");
  ChipClassifier classifier(settings);
  Chip chip;
  std::fill(std::begin(chip.pixels), std::end(chip.pixels), std::uint8_t{128});
  const float empty = classifier.judge(chip, 5, 20);
  for (std::size_t y = 24; y < 40; ++y) {
    for (std::size_t x = 24; x < 40; ++x) chip.pixels[y * Chip::kSize + x] = x < 32 ? 255 : 0;
  }
  EXPECT_NEAR(empty, -6, 0.1);  // its bias
  EXPECT_EQ(classifier.judge(chip, 5, 20), 8.0F);
}

TEST(ChipClassifier, TheSecondChannelIsTheSineOfTheGrazingAngle) {
  ClassifierSettings settings;
  settings.model = model("grazing.onnx");
  settings.channels = 2;
  ChipClassifier classifier(settings);
  Chip chip;
  chip.metres_per_pixel = 0.1F;
  std::fill(std::begin(chip.pixels), std::end(chip.pixels), std::uint8_t{200});
  EXPECT_NEAR(classifier.judge(chip, 5, 50), 10 * 0.1 - 5, 0.03);
  EXPECT_NEAR(classifier.judge(chip, 20, 10), 5, 0.01);  // water column
  EXPECT_NEAR(classifier.judge(chip, std::numeric_limits<float>::quiet_NaN(), 50), -5, 0.01);
}

TEST(ChipClassifier, ItsOpinionIsAddedToThatOfTheAlgorithms) {
  TestScene scene(500);
  scene.put_object(250, 300);
  DetectorSettings settings;
  const auto without = detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 16);
  settings.classifier.model = model("chip.onnx");
  settings.classifier.calibration.weight = 0.25F;
  const auto with = detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 64);
  ASSERT_EQ(without.size(), with.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    const float own = with[i].llr_by_algorithm[settings.algorithms.size()];
    EXPECT_NE(own, 0.0F);
    EXPECT_FLOAT_EQ(with[i].llr, std::clamp(without[i].llr + 0.25F * own, -8.0F, 8.0F));
  }
}

TEST(ChipClassifier, BehindANetworkItJudgesAPartOfTheNetworksPicture) {
  const TestScene scene = bright_scene(1100);
  DetectorSettings settings = window_settings(YoloLayout::v8);
  settings.least_llr = -8;
  settings.network.same_object_m = 3;
  const auto without = detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 16);
  settings.offset = -0.5F;
  settings.classifier.model = model("chip.onnx");
  settings.classifier.calibration.weight = 0.25F;
  settings.classifier.from_llr = -20;
  const auto with = detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 64);
  ASSERT_GT(with.size(), 5U);
  ASSERT_EQ(without.size(), with.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    const float own = with[i].llr_by_algorithm[1];
    EXPECT_NE(own, 0.0F);
    EXPECT_FLOAT_EQ(with[i].llr, std::clamp(without[i].llr - 0.5F + 0.25F * own, -8.0F, 8.0F));
  }
  // It wants what is bright left of its middle, and nothing bright right of it.
  const auto seen = [&](std::uint32_t before_px) {
    settings.classifier.before_px = before_px;
    return detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 1);
  };
  const auto left = seen(27);
  const auto right = seen(37);
  ASSERT_EQ(left.size(), right.size());
  std::size_t patches = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].llr_by_algorithm[0] < 2) continue;
    ++patches;
    EXPECT_GT(left[i].llr_by_algorithm[1], right[i].llr_by_algorithm[1] + 1);
  }
  EXPECT_GT(patches, 5U);
}

TEST(ChipClassifier, IsNotAskedAboutWhatIsTooLargeForAMine) {
  TestScene scene(500);
  scene.put_pipe(220);
  DetectorSettings settings;
  settings.least_llr = -8;
  settings.classifier.model = model("chip.onnx");
  settings.classifier.from_llr = -20;
  settings.classifier.calibration.weight = 2;
  std::size_t extended = 0;
  for (const Detection& d : detect(*make_detector(settings, Side::port), scene, 0, scene.size(), 16)) {
    if (d.contact_class != ContactClass::nombo) continue;
    ++extended;
    EXPECT_LE(d.llr, -2.0F);
    EXPECT_EQ(d.llr_by_algorithm[settings.algorithms.size()], 0.0F);
  }
  EXPECT_GE(extended, 1U);
}

TEST(Network, ModelsThatDoNotServeAreRefusedNamingWhereTheyAreConfigured) {
  const auto write = [](const char* name, const std::string& bytes) {
    const auto file = std::filesystem::path(testing::TempDir()) / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return ConfiguredPath{file.string(), kWhere};
  };
  std::ifstream in(kModels / "window-v8.onnx", std::ios::binary);
  const std::string good(std::istreambuf_iterator<char>(in), {});
  const std::pair<ConfiguredPath, const char*> cases[] = {
      {model("gone.onnx"), "no such file"},
      {model("."), "no such file"},
      {model("chip.onnx"), "[1, 2], wanted one output [1, 5, boxes] for 1 classes"},
      {model("window-v5.onnx"), "[1, 64, 7]"},
      {write("empty.onnx", ""), "wanted"},
      {write("text.onnx", "this is not a model\n"), "wanted"},
      {write("cut.onnx", good.substr(0, good.size() / 2)), "wanted"}};
  for (const auto& [path, found] : cases) {
    DetectorSettings settings = window_settings(YoloLayout::v8);
    settings.network.model = path;
    EXPECT_THAT(refusal(settings), AllOf(HasSubstr(kWhere), HasSubstr(found))) << path.path;
  }
  DetectorSettings settings = window_settings(YoloLayout::v8);
  settings.network.width_px = 72;  // the network's boxes are made for 64
  EXPECT_THAT(refusal(settings), HasSubstr("[1, 1, 64, 72]"));
  settings = {};
  settings.classifier.model = model("chip.onnx");
  settings.classifier.object_output = 2;
  EXPECT_THAT(refusal(settings), HasSubstr("object_output (2)"));
  settings.classifier.object_output = 1;
  settings.classifier.before_px = 16;
  EXPECT_THAT(refusal(settings), HasSubstr("64 x 64 px, 16 of them in front"));
}

TEST(Network, DamagedModelsAreRefusedOrRunButNeverTakeTheProcessDown) {
  std::ifstream in(kModels / "window-v8.onnx", std::ios::binary);
  const std::string good(std::istreambuf_iterator<char>(in), {});
  const auto file = std::filesystem::path(testing::TempDir()) / "damaged.onnx";
  std::mt19937 random(3);
  std::size_t refused = 0;
  for (int i = 0; i < 150; ++i) {
    std::string damaged = good;
    for (int k = 0; k < 3; ++k) damaged[random() % damaged.size()] = static_cast<char>(random() & 255U);
    std::ofstream(file, std::ios::binary) << damaged;
    DetectorSettings settings = window_settings(YoloLayout::v8);
    settings.network.model = {file.string(), kWhere};
    refused += refusal(settings) != "not refused";
  }
  EXPECT_GT(refused, 20U);
}

}  // namespace
}  // namespace towfish
