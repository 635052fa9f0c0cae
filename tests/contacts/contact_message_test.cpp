#include "pipeline/contacts/contact_message.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace towfish::contact_message {
namespace {

Contact sample() {
  Contact c;
  c.id = 70001;
  c.position = {-33.1234567, 151.7654321};
  c.error = {2.51F, 1.2F, 135.25F};
  c.contact_class = ContactClass::milco;
  c.extended = true;
  c.confidence = 0.8F;
  c.misses = 2;
  c.length_m = 1.53F;
  c.best.side = Side::starboard;
  c.best.time_utc_ns = 1'374'760'989'250'000'000;
  c.best.slant_range_m = 31.5F;
  c.best.ping = 123456;
  c.best.sample = 789;
  c.looks = {4, 9, 12};
  return c;
}

std::vector<Packet> decoded(std::span<const std::uint8_t> bytes, std::uint64_t& skipped) {
  Decoder decoder;
  decoder.feed(bytes);
  decoder.finish();
  std::vector<Packet> packets;
  while (auto packet = decoder.next()) packets.push_back(*packet);
  skipped = decoder.skipped();
  return packets;
}

TEST(ContactMessage, ComesBackWithinItsSteps) {
  const auto bytes = encode(message_of(sample(), true));
  EXPECT_EQ(bytes.size(), kContactBytes);
  std::uint64_t skipped = 0;
  const auto packets = decoded(bytes, skipped);
  ASSERT_EQ(packets.size(), 1U);
  const auto& m = std::get<Message>(packets[0]);
  EXPECT_EQ(m.contact_id, 70001U);
  EXPECT_NEAR(m.position.latitude_deg, -33.1234567, 1e-9);
  EXPECT_NEAR(m.position.longitude_deg, 151.7654321, 1e-9);
  EXPECT_NEAR(m.error.semi_major_m, 2.51, 1e-3);
  EXPECT_NEAR(m.error.bearing_deg, 135.25, 1e-3);
  EXPECT_EQ(m.time_utc_ns, 1'374'760'989'250'000'000);
  EXPECT_EQ(m.contact_class, ContactClass::milco);
  EXPECT_EQ(m.side, Side::starboard);
  EXPECT_TRUE(m.extended);
  EXPECT_NEAR(m.confidence, 0.8, 0.002);
  EXPECT_EQ(m.looks, 3);
  EXPECT_EQ(m.misses, 2);
  EXPECT_NEAR(m.length_m, 1.53, 1e-3);
  EXPECT_TRUE(std::isnan(m.width_m));
  EXPECT_TRUE(std::isnan(m.frequency_khz));
  EXPECT_EQ(m.ping, 123456U);
  EXPECT_EQ(m.sample, 789);
  EXPECT_EQ(m.thumbnail_packets, 3);
}

TEST(ContactMessage, BytesAreThoseOfTheTable) {
  Contact c = sample();
  c.position = {1e-7, -1e-7};
  const auto bytes = encode(message_of(c, false));
  EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin(), bytes.begin() + 9),
            (std::vector<std::uint8_t>{'T', 'F', 1, 1, 60, 0x71, 0x11, 1, 0}));
  EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin() + 17, bytes.begin() + 25),
            (std::vector<std::uint8_t>{1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}));
  EXPECT_EQ(bytes[31], 1) << "class";
  EXPECT_EQ(bytes[32], 3) << "starboard, extended";
}

TEST(ContactMessage, WithoutAPositionThereIsNone) {
  Contact c = sample();
  c.position = kNoPosition;
  c.error = {};
  c.best.time_utc_ns = kUnknownTime;
  std::uint64_t skipped = 0;
  const auto packets = decoded(encode(message_of(c, false)), skipped);
  const auto& m = std::get<Message>(packets.at(0));
  EXPECT_TRUE(std::isnan(m.position.latitude_deg));
  EXPECT_TRUE(std::isnan(m.error.semi_major_m));
  EXPECT_EQ(m.time_utc_ns, kUnknownTime);
}

TEST(ContactMessage, ThumbnailIsTheChipAtHalfSizeIn16Levels) {
  Chip chip;
  for (std::size_t i = 0; i < sizeof chip.pixels; ++i) chip.pixels[i] = static_cast<std::uint8_t>(i / 64 * 4);
  std::vector<std::uint8_t> pixels(512);
  const auto packets = encode_thumbnail(5, chip);
  EXPECT_EQ(packets.size(), kThumbnailPackets);
  for (const auto& bytes : packets) {
    EXPECT_LE(bytes.size(), kLargestPacket);
    std::uint64_t skipped = 0;
    const auto part = std::get<ThumbnailPart>(decoded(bytes, skipped).at(0));
    EXPECT_EQ(part.contact_id, 5U);
    std::ranges::copy(part.bytes, pixels.begin() + part.offset);
  }
  EXPECT_EQ(pixels[0], 0);
  EXPECT_EQ(pixels[511], 0xFF);
  EXPECT_EQ(pixels[16 * 16], 0x88) << "in the middle";
}

TEST(ContactMessage, NoiseAndBrokenPacketsArePassedOver) {
  const auto good = encode(message_of(sample(), false));
  std::vector<std::uint8_t> stream{'T', 'F', 1, 1, 60, 9, 9};  // A beginning without an end.
  stream.insert(stream.end(), good.begin(), good.end());
  auto broken = good;
  broken[20] ^= 1;
  stream.insert(stream.end(), broken.begin(), broken.end());
  stream.insert(stream.end(), good.begin(), good.end());
  stream.insert(stream.end(), good.begin(), good.begin() + 30);
  std::uint64_t skipped = 0;
  EXPECT_EQ(decoded(stream, skipped).size(), 2U);
  EXPECT_EQ(skipped, 7 + broken.size() + 30);
}

TEST(ContactMessage, AnyBytesAreSurvived) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint8_t> bytes(random() % 2000);
    for (auto& byte : bytes)
      byte = static_cast<std::uint8_t>(random() % 4 == 0 ? "TF\x01\x02"[random() % 4] : random());
    std::uint64_t skipped = 0;
    const auto packets = decoded(bytes, skipped);
    EXPECT_TRUE(!packets.empty() || skipped == bytes.size());
  }
}

TEST(ContactMessage, JsonLineSaysNullForTheUnknown) {
  const std::string line = json_line(message_of(sample(), false));
  EXPECT_THAT(line, ::testing::HasSubstr("\"latitude_deg\":-33.1234567"));
  EXPECT_THAT(line, ::testing::HasSubstr("\"width_m\":null"));
  EXPECT_EQ(line.back(), '\n');
}

}  // namespace
}  // namespace towfish::contact_message
