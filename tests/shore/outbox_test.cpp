#include "pipeline/shore/outbox.hpp"

#include <gmock/gmock.h>

#include "tests/contacts/sample_store.hpp"
#include "tests/logs/temporary_folder.hpp"

namespace towfish::shore {
namespace {

using ::testing::ElementsAre;

class OutboxTest : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / kOutboxFile; }

  /// Contacts of the letters there are, oldest first, with a minus where they are withdrawn.
  static std::vector<int> send_all(Outbox& box) {
    std::vector<int> contacts;
    std::uint64_t last = 0;
    while (const auto letter = box.next()) {
      EXPECT_GT(letter->number, last);
      last = letter->number;
      const auto message = decode(letter->bytes);
      EXPECT_TRUE(message && message->number == letter->number && message->run == letter->run);
      const bool gone = letter->kind == ShoreMessage::Kind::withdrawn;
      contacts.push_back(static_cast<int>(letter->contact_id) * (gone ? -1 : 1));
      box.sent(letter->number);
    }
    return contacts;
  }

  static void change_confidence(Store& store, float confidence) {
    std::vector<Contact> all;
    store.for_each_contact([&](const Contact& contact) { all.push_back(contact); });
    all.at(1).confidence = confidence;
    Store::Change change(store);
    change.put(all.at(1));
    change.commit();
  }

  TemporaryFolder folder_;
  SampleStore sample_;
};

TEST_F(OutboxTest, OnlyWhatChangedIsSaidAgain) {
  Outbox box(file());
  EXPECT_EQ(box.collect(sample_.store(), 5), 2U);
  EXPECT_THAT(send_all(box), ElementsAre(1, 2));
  EXPECT_EQ(box.collect(sample_.store(), 5), 0U);

  change_confidence(sample_.store(), 0.8F);

  EXPECT_EQ(box.collect(sample_.store(), 5), 1U);
  EXPECT_THAT(send_all(box), ElementsAre(2));
}

TEST_F(OutboxTest, AContactThatIsGoneIsWithdrawn) {
  Outbox box(file());
  box.collect(sample_.store(), 5);
  send_all(box);
  {
    Store::Change change(sample_.store());
    change.remove_contact(1);
    change.commit();
  }
  box.collect(sample_.store(), 5);
  EXPECT_THAT(send_all(box), ElementsAre(-1));
  EXPECT_EQ(box.collect(sample_.store(), 5), 0U);
}

TEST_F(OutboxTest, WhoDiesBetweenSendingAndNotingItSendsTheSameLetterAgain) {
  Outbox::Letter first;
  {
    Outbox box(file());
    box.collect(sample_.store(), 5);
    first = *box.next();
  }
  Outbox successor(file());
  successor.collect(sample_.store(), 5);
  const auto again = successor.next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->number, first.number);
  EXPECT_EQ(again->bytes, first.bytes);
  EXPECT_EQ(successor.waiting(), 2U);
}

TEST_F(OutboxTest, AContactThatChangesWhileItWaitsHasOneLetter) {
  Outbox box(file());
  box.collect(sample_.store(), 5);
  for (const float confidence : {0.5F, 0.6F, 0.7F}) {
    change_confidence(sample_.store(), confidence);
    box.collect(sample_.store(), 5);
  }
  EXPECT_EQ(box.waiting(), 2U);
  EXPECT_THAT(send_all(box), ElementsAre(1, 2));
}

TEST_F(OutboxTest, ANewRunSaysEverythingUnderItsOwnNumberBehindWhatWasLeft) {
  Outbox box(file());
  box.collect(sample_.store(), 5);
  box.sent(box.next()->number);
  EXPECT_EQ(box.collect(sample_.store(), 6), 2U);
  EXPECT_EQ(box.next()->run, 5);
  EXPECT_THAT(send_all(box), ElementsAre(2, 1, 2));
}

TEST_F(OutboxTest, WhatARunThatDiedDidNotSayIsCollectedOnce) {
  std::filesystem::copy(sample_.path(), folder_.path() / "contacts.gpkg");
  std::filesystem::copy(sample_.path().string() + "-wal", folder_.path() / "contacts.gpkg-wal");
  collect_leftovers(folder_.path());
  EXPECT_FALSE(std::filesystem::exists(file())) << "a folder that nothing is published from";
  { Outbox(file()).collect(sample_.store(), 5); }
  change_confidence(sample_.store(), 0.9F);
  std::filesystem::copy(sample_.path().string() + "-wal", folder_.path() / "contacts.gpkg-wal",
                        std::filesystem::copy_options::overwrite_existing);
  Outbox box(file());
  send_all(box);

  collect_leftovers(folder_.path());
  EXPECT_THAT(send_all(box), ElementsAre(2));
  change_confidence(sample_.store(), 0.7F);
  collect_leftovers(folder_.path());
  EXPECT_EQ(box.waiting(), 0U) << "the store of a later run, which did not publish";
}

}  // namespace
}  // namespace towfish::shore
