#include "detectors/onnx/window_picture.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/detectors/test_scene.hpp"

namespace towfish {
namespace {

TEST(WindowPicture, ASecondChannelIsTheSineOfTheGrazingAngle) {
  TestScene scene(64);
  Conditioning rows;
  rows.reset(scene.geometry(), 0);
  WindowPicture picture;
  picture.reset(rows, 0.1F);
  const FrameView frame = scene.frame(0, 64);
  for (std::size_t i = 0; i < 64; ++i) rows.push(frame.pings[i], frame.trace(i));
  rows.finish();
  while (picture.rows() < rows.ready()) picture.push(rows);
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
  const FrameView frame = scene.frame(0, 64);
  Conditioning rows;
  rows.reset(frame.header.geometry, 0);
  WindowPicture picture;
  picture.reset(rows, 0.1F);
  for (std::size_t i = 0; i < 64; ++i) rows.push(frame.pings[i], frame.trace(i));
  rows.finish();
  while (picture.rows() < rows.ready()) picture.push(rows);
  cv::Mat window(64, 256, CV_8UC2);
  picture.cut(63, 64, 0, window);
  for (int x = 100; x < 256; x += 10) {
    const double sine = (10 + 6.4) / (10 + (x + 0.5) * 0.1);
    ASSERT_NEAR(window.at<cv::Vec2b>(40, x)[1], 255 * sine, 255 * 0.02) << x;
  }
}

}  // namespace
}  // namespace towfish
