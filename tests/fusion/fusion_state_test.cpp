#include "pipeline/fusion/fusion_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>

#include "tests/fusion/survey_builder.hpp"

namespace towfish {
namespace {

/// Six lines over the same seabed, to and fro, each with its own navigation error; every object is missed now
/// and then.
SurveyBuilder many_passes(std::size_t objects, std::size_t frame_pings = SurveyBuilder::kPingsPerFrame) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> share(0, 1);
  std::vector<SurveyBuilder::Object> all(objects);
  for (auto& object : all) {
    object = {.east_m = -20 + 140 * share(random), .north_m = 600 * share(random), .llr = 3};
  }
  SurveyBuilder survey({58.0, 11.0}, frame_pings);
  for (int line = 0; line < 6; ++line) {
    std::vector<SurveyBuilder::Object> seen;
    std::ranges::copy_if(all, std::back_inserter(seen), [&](const auto&) { return share(random) < 0.8; });
    const double east = 20.0 * line;
    const bool back = line % 2 != 0;
    survey.run(east, back ? 600 : 0, east, back ? 0 : 600, seen, share(random) - 0.5, share(random) - 0.5);
  }
  return survey;
}

/// The contacts of a survey when only so many of them may be in memory.
std::string fused(const std::vector<ReportPair>& pairs, std::size_t most_in_memory, std::size_t& peak) {
  TemporaryFile file(std::to_string(most_in_memory) + ".gpkg");
  Store store(file.path(), Store::Mode::write);
  FusionState state({}, std::filesystem::temp_directory_path());
  state.book().set_most_in_memory(most_in_memory);
  const auto write = [&] {
    Store::Change change(store);
    state.write(change);
    change.commit();
    state.settle();
  };
  for (const ReportPair& pair : pairs) {
    for (const Side side : kSides) state.take(pair.sequence, side, pair.view(side));
    write();
    peak = std::max(peak, state.book().in_memory());
  }
  state.finish();
  write();
  std::size_t contacts = 0;
  store.for_each_contact([&](const Contact&) { ++contacts; });
  EXPECT_EQ(contacts, state.book().contacts());
  return csv_of(store);
}

void expect_the_same_with_few_in_memory(const std::vector<ReportPair>& pairs) {
  std::size_t all = 0;
  std::size_t few = 0;

  const std::string expected = fused(pairs, 1'000'000, all);
  const std::string found = fused(pairs, 100, few);

  EXPECT_EQ(found, expected);
  EXPECT_GT(all, 1300U);
  EXPECT_LT(few, all / 2) << "looks of the last 1400 pings stay";
}

TEST(FusionState, ResultsDoNotDependOnHowManyContactsAreInMemory) {
  expect_the_same_with_few_in_memory(many_passes(1500).pairs());
}

TEST(FusionState, ContactsWithoutAPlaceDoNotFillTheMemory) {
  auto survey = many_passes(1500);
  for (ReportPair& pair : survey.pairs()) {
    for (const Side side : kSides) {
      FrameReport& report = pair.reports[index(side)];
      for (Ping* ping : {&report.first, &report.last}) ping->latitude_deg = kUnknownDegrees;
      for (Detection& d : pair.detections[index(side)]) d.at.latitude_deg = kUnknownDegrees;
    }
  }
  expect_the_same_with_few_in_memory(survey.pairs());
}

TEST(FusionState, MissesAreThoseOfAllThatIsKnownAtTheEnd) {
  auto survey = many_passes(400);
  FusionState state({}, std::filesystem::temp_directory_path());
  for (const ReportPair& pair : survey.pairs()) {
    for (const Side side : kSides) state.take(pair.sequence, side, pair.view(side));
  }
  state.finish();

  ContactBook& book = state.book();
  std::size_t missed = 0;
  const auto& near = book.near(survey.at(50, 300), 1000);
  ASSERT_GT(near.size(), 300U);
  for (const BookedContact* booked : near) {
    const Contact& contact = booked->contact;
    std::uint32_t expected = 0;
    for (const std::uint32_t pass :
         state.coverage().passes_over(contact.position, contact.position_error_m(), ~0ULL)) {
      expected += std::ranges::any_of(booked->looks, [&](const Look& l) { return l.pass == pass; }) ? 0 : 1;
    }
    EXPECT_EQ(contact.misses, expected) << "contact " << contact.id;
    missed += contact.misses;
  }
  EXPECT_GT(missed, 100U);
}

TEST(FusionState, ContactsAreTheSameHoweverPingsArePutIntoFrames) {
  std::size_t peak = 0;
  std::string expected;
  for (const std::size_t frame_pings : {16U, 1U, 7U, 8U, 64U, 256U}) {
    auto survey = many_passes(400, frame_pings);
    for (ReportPair& pair : survey.pairs()) {
      // A detector reports while it processes the ping that completes an object.
      for (auto& detections : pair.detections)
        std::ranges::stable_sort(detections, {}, &Detection::last_ping);
    }
    const std::string found = fused(survey.pairs(), 1'000'000, peak);
    if (expected.empty()) expected = found;
    EXPECT_TRUE(found == expected) << frame_pings << " pings a frame";
  }
}

double processor_s() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

TEST(FusionState, APassOverAPlaceDoesNotCostMoreForThoseBefore) {
  constexpr int kPasses = 4000;
  SurveyBuilder survey;
  survey.run(0, 0, 0, 40, {{.east_m = 20, .north_m = 20}, {.east_m = -20, .north_m = 20}});
  const std::uint64_t pings = 1'000'000;
  FusionState state({}, std::filesystem::temp_directory_path());
  const auto add_passes = [&](int from, int to) {
    const double begin = processor_s();
    for (int pass = from; pass < to; ++pass) {
      for (ReportPair pair : survey.pairs()) {
        pair.sequence += 1000 * static_cast<std::uint64_t>(pass);
        for (const Side side : kSides) {
          FrameReport& report = pair.reports[index(side)];
          report.first.number += pings * static_cast<std::uint64_t>(pass);
          report.last.number += pings * static_cast<std::uint64_t>(pass);
          for (Detection& d : pair.detections[index(side)]) {
            for (std::uint64_t* ping : {&d.ping, &d.first_ping, &d.last_ping, &d.at.number})
              *ping += pings * static_cast<std::uint64_t>(pass);
          }
          state.take(pair.sequence, side, pair.view(side));
        }
      }
    }
    return processor_s() - begin;
  };
  const double first = add_passes(0, kPasses / 4);
  add_passes(kPasses / 4, kPasses * 3 / 4);
  const double last = add_passes(kPasses * 3 / 4, kPasses);
  EXPECT_LT(last, 2.5 * first) << first << " s";
  state.finish();
  EXPECT_EQ(state.book().contacts(), 2U);
}

}  // namespace
}  // namespace towfish
