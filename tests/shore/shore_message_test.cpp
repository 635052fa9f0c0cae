#include "pipeline/shore/shore_message.hpp"

#include <gmock/gmock.h>

namespace towfish::shore {
namespace {

ShoreMessage a_contact() {
  ShoreMessage message{
      .kind = ShoreMessage::Kind::contact, .run = 1'700'000'000, .number = 42, .contact_id = 7};
  message.contact.contact_id = 7;
  message.contact.position = {58.25, 11.4};
  message.contact.confidence = 1;
  return message;
}

TEST(ShoreMessage, AContactComesOutAsItWentIn) {
  const auto read = decode(encode(a_contact()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, ShoreMessage::Kind::contact);
  EXPECT_EQ(read->run, 1'700'000'000);
  EXPECT_EQ(read->number, 42U);
  EXPECT_EQ(read->contact_id, 7U);
  EXPECT_DOUBLE_EQ(read->contact.position.latitude_deg, 58.25);
  EXPECT_EQ(encode(a_contact()).size(), 20 + contact_message::kContactBytes);
}

TEST(ShoreMessage, HealthAndWithdrawalsComeOutAsTheyWentIn) {
  const auto health =
      decode(encode({.kind = ShoreMessage::Kind::health, .run = 1, .number = 2, .health = "{}"}));
  ASSERT_TRUE(health);
  EXPECT_EQ(health->health, "{}");
  const auto gone =
      decode(encode({.kind = ShoreMessage::Kind::withdrawn, .run = 1, .number = 3, .contact_id = 9}));
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->contact_id, 9U);
}

TEST(ShoreMessage, WhatIsCutShortOrChangedAnywhereIsRefused) {
  const std::string whole = encode(a_contact());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(decode(std::string_view(whole).substr(0, length))) << length;
  }
  for (std::size_t at = 20; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    EXPECT_FALSE(decode(changed)) << at;
  }
  EXPECT_FALSE(decode(whole + "x"));
  for (const std::size_t at : {0, 1, 2, 3}) {
    std::string other = whole;
    other[at] = 'z';
    EXPECT_FALSE(decode(other)) << at;
  }
  EXPECT_FALSE(decode(encode({.kind = ShoreMessage::Kind::health, .health = std::string(5000, ' ')})));
}

TEST(ShoreMessage, NamesOfVehiclesFitIntoSubjects) {
  EXPECT_TRUE(is_vehicle_name("auv-1_b"));
  for (const char* wrong : {"", "a b", "a.b", "a>", "*", "ä"}) EXPECT_FALSE(is_vehicle_name(wrong)) << wrong;
  EXPECT_FALSE(is_vehicle_name(std::string(33, 'a')));
  EXPECT_EQ(vehicle_name("host.example"), "host-example");
  EXPECT_TRUE(is_vehicle_name(vehicle_name("")));
}

}  // namespace
}  // namespace towfish::shore
