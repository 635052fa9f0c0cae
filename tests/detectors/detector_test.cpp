#include <gmock/gmock.h>

#include <cstring>

#include "detectors/registry.hpp"
#include "pipeline/sonar/error.hpp"
#include "tests/detectors/test_scene.hpp"

namespace towfish {
namespace {

constexpr float kEvenOdds = 0.0F;

std::unique_ptr<Detector> make(float least_llr) {
  DetectorSettings settings;
  settings.least_llr = least_llr;
  return make_detector(settings, Side::port);
}

bool same(const std::vector<Detection>& a, const std::vector<Detection>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Detection)) == 0);
}

TestScene scene_with_objects(std::size_t pings) {
  TestScene scene(pings);
  for (std::size_t ping = 150; ping + 150 < pings; ping += 90) {
    scene.put_object(ping, 180 + static_cast<std::uint32_t>(ping) % 200);
  }
  return scene;
}

TEST(Detector, FindsEveryPlainObjectAtItsHighlightsFarEdgeAndNothingElse) {
  const TestScene scene = scene_with_objects(1000);
  const auto found = detect(*make(kEvenOdds), scene, 0, scene.size(), 16);
  std::size_t objects = 0;
  for (std::size_t ping = 150; ping + 150 < scene.size(); ping += 90, ++objects) {
    const auto sample = 180 + static_cast<std::uint32_t>(ping) % 200;
    const auto near = std::find_if(found.begin(), found.end(), [&](const Detection& d) {
      return std::abs(static_cast<double>(d.ping) - static_cast<double>(ping)) <= 5 &&
             std::abs(static_cast<double>(d.sample) - sample) <= 4;
    });
    ASSERT_NE(near, found.end()) << "object at ping " << ping;
    EXPECT_NEAR(near->length_m, 0.9, 0.5);
    EXPECT_NEAR(near->shadow_length_m, 1.28, 0.5);
    EXPECT_NEAR(near->altitude_m, 6.4, 0.3);
  }
  EXPECT_EQ(found.size(), objects);
}

TEST(Detector, AShadowOverSeveralRipplesComesBeforeAllRipples) {
  TestScene scene(600);
  scene.put_ripples(9);
  constexpr std::uint32_t kEdge = 250;
  constexpr std::uint16_t kCrest = 1600;  // as bright as the crests there,
  constexpr std::uint16_t kShadow = 150;  // and a little darker than between them
  for (std::size_t ping = 296; ping <= 304; ++ping) {
    for (std::uint32_t s = kEdge - 5; s <= kEdge; ++s) scene.at(ping, s) = kCrest;
    for (std::uint32_t s = kEdge + 1; s <= kEdge + 28; ++s) scene.at(ping, s) = kShadow;
  }
  const auto found = detect(*make(-8), scene, 0, scene.size(), 16);
  ASSERT_FALSE(found.empty());
  const auto first = std::ranges::max_element(found, {}, &Detection::llr);
  EXPECT_NEAR(static_cast<double>(first->ping), 300, 6);
  EXPECT_NEAR(first->sample, kEdge, 4);
  for (const Detection& d : found) {
    EXPECT_TRUE(&d == &*first || d.llr < first->llr - 2) << d.ping << " " << d.sample;
  }
}

/// A thing 6 m long that lies askew, found at both ends; and two mines as far apart as its ends.
TestScene scene_with_pipe_and_mines() {
  TestScene scene(700);
  scene.put_pipe(270);
  scene.put_object(475, 230);
  scene.put_object(525, 230);
  return scene;
}

TEST(Detector, WhatIsLongerThanAMineIsOneExtendedObjectAndTwoMinesAreTwo) {
  const TestScene scene = scene_with_pipe_and_mines();
  const auto found = detect(*make(-1), scene, 0, scene.size(), 16);
  ASSERT_EQ(found.size(), 3U);
  const Detection& pipe = found[0];
  EXPECT_EQ(pipe.contact_class, ContactClass::nombo);
  EXPECT_NEAR(pipe.length_m, 6, 0.8);
  EXPECT_NEAR(static_cast<double>(pipe.ping), 300, 4) << "its middle, along track";
  EXPECT_NEAR(pipe.sample, 212, 8) << "and across";
  EXPECT_LT(pipe.llr, -1) << "reported all the same, since its ends alone would be";
  for (const std::size_t mine : {1, 2}) EXPECT_EQ(found[mine].contact_class, ContactClass::milco);
}

TEST(Detector, AnExtendedObjectAtTheEndsOfALogReachesNoFarther) {
  const TestScene scene = scene_with_pipe_and_mines();
  std::size_t extended = 0;
  for (std::size_t cut = 0; cut < 12; ++cut) {
    const std::size_t first = cut < 6 ? 272 + cut : 0;
    const std::size_t end = cut < 6 ? 450 : 318 + cut;
    for (const Detection& d : detect(*make(-8), scene, first, end, 16)) {
      extended += d.contact_class == ContactClass::nombo ? 1 : 0;
      EXPECT_GE(d.first_ping, first);
      EXPECT_LE(d.first_ping, d.ping);
      EXPECT_LE(d.ping, d.last_ping);
      EXPECT_LT(d.last_ping, end);
    }
  }
  EXPECT_GT(extended, 6U);
}

TEST(Detector, SameDetectionsWhateverTheFrameLength) {
  const TestScene scene = scene_with_objects(900);
  const auto expected = detect(*make(-8), scene, 0, scene.size(), 1);
  ASSERT_GT(expected.size(), 10U);
  for (const std::size_t pings : {8U, 16U, 64U, 256U}) {
    EXPECT_TRUE(same(detect(*make(-8), scene, 0, scene.size(), pings), expected)) << pings;
  }
}

/// The nearest samples of a scene, however few.
std::vector<Detection> detect_in_the_first(std::uint32_t samples, const TestScene& scene, std::size_t pings) {
  const auto detector = make(kEvenOdds);
  std::vector<Detection> room(4096);
  DetectionList list(room);
  std::vector<std::uint16_t> narrow(pings * samples);
  for (std::size_t first = 0; first < scene.size(); first += pings) {
    FrameView frame = scene.frame(first, std::min(pings, scene.size() - first));
    for (std::size_t i = 0; i < frame.header.pings; ++i) {
      std::ranges::copy(frame.trace(i).first(samples),
                        narrow.begin() + static_cast<std::ptrdiff_t>(i * samples));
    }
    frame.header.geometry.samples = samples;
    frame.samples = std::span(narrow).first(frame.header.pings * samples);
    detector->process(frame, list);
  }
  detector->finish(list);
  return {list.items().begin(), list.items().end()};
}

TEST(Detector, TracesOfAnyLengthAreScanned) {
  const TestScene scene = scene_with_objects(500);
  for (const std::uint32_t samples :
       {1U, 2U, 3U, 7U, 8U, 9U, 15U, 31U, 32U, 33U, 63U, 65U, 100U, 250U, 511U}) {
    const auto found = detect_in_the_first(samples, scene, 16);
    for (const Detection& one : found) EXPECT_LT(one.sample, samples);
    EXPECT_TRUE(same(found, detect_in_the_first(samples, scene, 1))) << samples;
  }
}

TEST(Detector, ASuccessorFedTheMemoryGoesOnAsIfNothingHadHappened) {
  const TestScene scene = scene_with_objects(1700);
  const auto detector = make(-8);
  const std::size_t died = 900;
  detect(*detector, scene, 0, died, 16, false);
  const auto expected = detect(*detector, scene, died, scene.size(), 16);
  ASSERT_GT(expected.size(), 10U);

  const auto successor = make(-8);
  detect(*successor, scene, died - successor->memory_pings(), died, 16, false);
  EXPECT_TRUE(same(detect(*successor, scene, died, scene.size(), 16), expected));
}

TEST(Detector, AnAlgorithmThatIsLeftOutSpeaksNeitherWayAndIsTakenBackWithoutATrace) {
  constexpr std::size_t kCfar = 1;
  const TestScene scene = scene_with_objects(1900);
  const auto all = make(-8);
  const auto hurried = make(-8);
  const std::size_t back = 1000;
  EXPECT_EQ(hurried->leave_out(true), "cfar");
  const auto found = detect(*hurried, scene, 0, back, 16, false);
  ASSERT_GT(found.size(), 8U);
  for (const Detection& d : found) EXPECT_EQ(d.llr_by_algorithm[kCfar], 0.0F) << d.ping;
  const auto strong = [](const Detection& d) { return d.llr > 2; };
  EXPECT_GE(std::count_if(found.begin(), found.end(), strong), 7);
  detect(*all, scene, 0, back, 16, false);

  hurried->leave_out(false);
  const std::size_t settled = back + hurried->memory_pings();
  detect(*hurried, scene, back, settled, 16, false);
  detect(*all, scene, back, settled, 16, false);
  const auto later = detect(*hurried, scene, settled, scene.size(), 16);
  ASSERT_GT(later.size(), 3U);
  EXPECT_TRUE(same(later, detect(*all, scene, settled, scene.size(), 16)));
}

TEST(Detector, NothingInTheWaterColumnIsADetection) {
  TestScene scene(600);
  for (std::size_t i = 0; i < 40; ++i) {  // a shoal of fish
    scene.put_object(100 + 10 * i, 30 + static_cast<std::uint32_t>(i * 7) % 40, 5, 4, 3, 60.0);
  }
  for (const Detection& d : detect(*make(-8), scene, 0, scene.size(), 16)) {
    EXPECT_GE(d.highlight_first_sample, TestScene::kBottom - 3);
  }
  EXPECT_THAT(detect(*make(kEvenOdds), scene, 0, scene.size(), 16), testing::IsEmpty());
}

TEST(Detector, LostPingsAndGainStepsAreNoObjects) {
  TestScene scene(700);
  for (const std::size_t gap : {200U, 201U, 202U, 260U, 350U}) {
    for (std::uint32_t s = 0; s < TestScene::kSamples; ++s) scene.at(gap, s) = 0;
  }
  for (std::size_t ping = 450; ping < 700; ++ping) {
    for (std::uint32_t s = 0; s < TestScene::kSamples; ++s) scene.scale(ping, s, 4.0);
  }
  EXPECT_THAT(detect(*make(kEvenOdds), scene, 0, scene.size(), 16), testing::IsEmpty());
}

TEST(Detector, AJumpOfThePingNumberPushesWhatWasWaitingAndBeginsAnew) {
  TestScene scene(700);
  scene.put_object(300, 250);
  scene.put_object(500, 250);
  for (std::size_t i = 400; i < 700; ++i) scene.pings()[i].number += 1000;
  const auto found = detect(*make(kEvenOdds), scene, 0, scene.size(), 16);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(static_cast<double>(found[0].ping), 300, 5);
  EXPECT_NEAR(static_cast<double>(found[1].ping), 1500, 5);
}

TEST(Detector, AnObjectIsReportedSoonAfterItWasPassed) {
  for (const float spacing_m : {0.1F, 0.2F, 0.4F}) {
    TestScene scene(500);
    scene.put_object(200, 300);
    for (auto& ping : scene.pings()) ping.interval_s = spacing_m / ping.speed_mps;
    const auto detector = make(kEvenOdds);
    std::vector<Detection> room(16);
    DetectionList list(room);
    std::size_t ping = 0;
    while (ping < scene.size() && list.items().empty()) detector->process(scene.frame(ping++, 1), list);
    ASSERT_FALSE(list.items().empty()) << spacing_m;
    EXPECT_NEAR(static_cast<double>(list.items()[0].ping), 200, 5);
    EXPECT_LT(static_cast<float>(ping - 200) * spacing_m, 22.0F + 30 * spacing_m) << spacing_m;
  }
}

TEST(Detector, AnObjectIsFoundWithoutNavigationToo) {
  TestScene scene(500);
  scene.put_object(250, 300);
  for (auto& ping : scene.pings()) ping.speed_mps = ping.interval_s = kUnknown;
  EXPECT_EQ(detect(*make(kEvenOdds), scene, 0, scene.size(), 16).size(), 1U);
}

TEST(Registry, AnUnknownAlgorithmIsRefusedByName) {
  DetectorSettings settings;
  settings.algorithms[0].name = "magic";
  try {
    make_detector(settings, Side::port);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'magic'"));
  }
}

}  // namespace
}  // namespace towfish
