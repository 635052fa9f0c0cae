#include "pipeline/contacts/reviews.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "pipeline/contacts/store.hpp"
#include "pipeline/dashboard/contact_list.hpp"

namespace towfish {
namespace {

class ReviewsTest : public testing::Test {
 protected:
  ReviewsTest()
      : file_(std::filesystem::temp_directory_path() / ("reviews-" + std::to_string(getpid()) + ".gpkg")) {
    std::filesystem::remove(file_);
  }
  ~ReviewsTest() override { std::filesystem::remove(file_); }

  static Contact contact(std::uint64_t id, std::uint64_t detection) {
    Contact made;
    made.id = id;
    made.best.detection = detection;
    return made;
  }
  static Look look(std::uint64_t id, std::uint64_t contact, std::uint64_t detection) {
    Look made;
    made.id = id;
    made.contact = contact;
    made.detection = detection;
    return made;
  }
  std::filesystem::path file_;
};

TEST_F(ReviewsTest, WhatPeopleSaidStandsInTheStoreWithWhoAndWhen) {
  Store store(file_, Store::Mode::write);
  EXPECT_TRUE(reviews(file_).empty());
  add_review(file_, {.contact = 3,
                     .detection = 40,
                     .verdict = Review::Verdict::accepted,
                     .contact_class = "MILCO",
                     .comment = "on the slope",
                     .by = "Anna",
                     .time_utc = {}});
  add_review(file_, {.contact = 3,
                     .detection = 40,
                     .verdict = Review::Verdict::rejected,
                     .contact_class = "",
                     .comment = "",
                     .by = "Ben",
                     .time_utc = {}});

  const auto said = reviews(file_);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].by, "Anna");
  EXPECT_EQ(said[0].comment, "on the slope");
  EXPECT_EQ(said[1].verdict, Review::Verdict::rejected);
  EXPECT_THAT(said[1].time_utc, testing::MatchesRegex("....-..-..T..:..:......Z"));
}

TEST_F(ReviewsTest, TheyFollowADetectionWhenFusionNumbersItsContactAnew) {
  Store store(file_, Store::Mode::write);
  add_review(file_, {.contact = 1,
                     .detection = 77,
                     .verdict = Review::Verdict::accepted,
                     .contact_class = "",
                     .comment = "",
                     .by = "Anna",
                     .time_utc = {}});
  Store::Change change(store);
  change.put(contact(1, 50));
  change.put(look(1, 1, 50));
  change.put(contact(2, 77));
  change.put(look(2, 2, 77));
  change.commit();

  const auto list = dashboard::contact_list(store, reviews(file_))["list"];
  ASSERT_EQ(list.size(), 2u);
  for (const auto& item : list) {
    EXPECT_EQ(item["reviews"].size(), item["id"] == 2 ? 1u : 0u) << item.dump();
  }
}

}  // namespace
}  // namespace towfish
