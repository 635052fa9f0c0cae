#include "detectors/candidate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "detectors/clutter.hpp"
#include "tests/detectors/test_scene.hpp"

namespace towfish {
namespace {

/// What the measurement says of a candidate in the middle of pings on these headings, 0.1 m apart, 20 m off.
float bend_on(const std::function<float(int)>& heading_deg) {
  TestScene scene(200);
  Conditioning rows;
  rows.reset(scene.geometry(), 0);
  for (std::size_t i = 0; i < scene.size(); ++i) {
    scene.pings()[i].heading_deg = heading_deg(static_cast<int>(i));
    rows.push(scene.pings()[i], scene.frame(i, 1).trace(0));
  }
  rows.finish();
  Clutter clutter;
  clutter.reset(rows);
  Candidate candidate;
  candidate.row = 100;
  candidate.cell = static_cast<int>(20 / rows.cell_m()) - rows.info(100).bottom;
  Measurement(rows, clutter, rows.ready()).measure(candidate);
  return candidate.bend;
}

TEST(Measurement, ATurnBendsTheTrackAndAJitteringOrWrongHeadingDoesNot) {
  // 1 degree a ping of about 0.1 m: a radius of about 6 m, so at 20 m the far side sweeps past.
  const float turning =
      bend_on([](int ping) { return std::fmod(350.0F + static_cast<float>(ping), 360.0F); });
  EXPECT_NEAR(turning, 3.5F, 0.5F);
  EXPECT_NEAR(bend_on([](int ping) { return std::fmod(370.0F - static_cast<float>(ping), 360.0F); }), turning,
              0.1F);
  EXPECT_LT(bend_on([](int ping) { return ping % 2 == 0 ? 88.0F : 92.0F; }), 0.01F);
  for (const int wrong : {60, 100, 140}) {
    EXPECT_LT(bend_on([wrong](int ping) { return ping == wrong ? 0.0F : 90.0F; }), 0.01F) << wrong;
  }
  EXPECT_EQ(bend_on([](int) { return kUnknown; }), 0);
}

}  // namespace
}  // namespace towfish
