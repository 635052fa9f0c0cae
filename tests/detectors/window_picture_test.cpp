#include "detectors/onnx/window_picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/detectors/test_scene.hpp"

namespace towfish {
namespace {

/// All of it.
WindowPicture drawn(const TestScene& scene, PixelSize pixel) {
  Conditioning rows(std::min(Conditioning::kCellM, pixel.across_m));
  const FrameView frame = scene.frame(0, scene.size());
  rows.reset(frame.header.geometry, 0);
  WindowPicture picture;
  picture.reset(rows, pixel);
  for (std::size_t i = 0; i < scene.size(); ++i) rows.push(frame.pings[i], frame.trace(i));
  rows.finish();
  while (picture.rows() < rows.ready()) picture.push(rows);
  return picture;
}

TEST(WindowPicture, MayBeFinerAcrossTrackThanAlongIt) {
  TestScene scene(64);
  scene.geometry().sample_spacing_m = 0.02F;
  scene.put_object(32, 400, 9, 4, 12);
  const WindowPicture coarse = drawn(scene, {0.08F, 0.1F});
  const WindowPicture fine = drawn(scene, {0.02F, 0.1F});
  EXPECT_EQ(fine.columns(), 4 * coarse.columns());
  EXPECT_EQ(fine.rows_of(64, 0.1F), coarse.rows_of(64, 0.1F));
  cv::Mat window(1, fine.columns(), CV_8U);
  fine.cut(32, 1, 0, window);
  const auto mean = [&](int first, int end) { return cv::mean(window.colRange(first, end))[0]; };
  EXPECT_GT(mean(397, 400), 190);
  EXPECT_LT(mean(402, 411), 60);
}

TEST(WindowPicture, ASecondChannelIsTheSineOfTheGrazingAngle) {
  TestScene scene(64);
  const WindowPicture picture = drawn(scene, {0.1F, 0.1F});
  constexpr int kLeft = 20;
  cv::Mat window(80, 256, CV_8UC2);
  picture.cut(63, 80, kLeft, window);
  cv::Mat grey(80, 256, CV_8U);
  picture.cut(63, 80, kLeft, grey);
  for (int y = 0; y < window.rows; ++y) {
    for (int x = 0; x < window.cols; ++x) {
      const auto pixel = window.at<cv::Vec2b>(y, x);
      ASSERT_EQ(pixel[0], grey.at<std::uint8_t>(y, x));
      // 80 samples of 0.08 m to the bottom; rows of pings that were not recorded know none.
      const double sine = y < 16 ? 0 : std::min(1.0, 6.4 / ((kLeft + x + 0.5) * 0.1));
      ASSERT_NEAR(pixel[1], 255 * sine, 255 * 0.02) << x << "," << y;
    }
  }
}

TEST(WindowPicture, TheGrazingAngleCountsFromTheSonarWhereATraceBeginsLater) {
  TestScene scene(64);
  scene.geometry().first_edge_m = 10;
  const WindowPicture picture = drawn(scene, {0.1F, 0.1F});
  cv::Mat window(64, 256, CV_8UC2);
  picture.cut(63, 64, 0, window);
  for (int x = 100; x < 256; x += 10) {
    const double sine = (10 + 6.4) / (10 + (x + 0.5) * 0.1);
    ASSERT_NEAR(window.at<cv::Vec2b>(40, x)[1], 255 * sine, 255 * 0.02) << x;
  }
}

}  // namespace
}  // namespace towfish
