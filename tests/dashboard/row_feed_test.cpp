#include "pipeline/dashboard/row_feed.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/process/test_session.hpp"

namespace towfish::dashboard {
namespace {

void push(shm::Session& session, Side side, std::uint64_t ping) {
  ViewRow row;
  row.ping = ping;
  row.columns = 5;
  row.pixels.fill(static_cast<std::uint8_t>(ping));
  session.view(side).push(row);
}

template <class T>
T read(const Message& message, std::size_t at) {
  T value;
  std::memcpy(&value, message.data->data() + at, sizeof value);
  return value;
}

TEST(RowFeed, RowsOfBothSidesComeInOneMessageAsDescribed) {
  process::TestSession session;
  RowFeed feed(*session);
  EXPECT_FALSE(feed.next());
  push(*session, Side::port, 41);
  push(*session, Side::starboard, 42);

  const auto message = feed.next();
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->binary);
  EXPECT_EQ(message->data->size(), 16u + 2 * (64 + 8));
  EXPECT_EQ(read<std::uint32_t>(*message, 0), 1u);
  EXPECT_EQ(read<std::uint32_t>(*message, 4), 2u);
  EXPECT_EQ(read<std::uint32_t>(*message, 16), 0u);
  EXPECT_EQ(read<std::uint32_t>(*message, 20), 5u);
  EXPECT_EQ(read<double>(*message, 24), 41);
  EXPECT_EQ(read<std::uint8_t>(*message, 16 + 64), 41);
  EXPECT_EQ(read<double>(*message, 16 + 72 + 8), 42);
  EXPECT_FALSE(feed.next());
}

TEST(RowFeed, WhoComesLateGetsThePastAndWhoIsSlowSkipsToTheNewest) {
  process::TestSession session;
  for (std::uint64_t ping = 0; ping < 10; ++ping) push(*session, Side::port, ping);
  RowFeed feed(*session);
  const auto past = feed.next();
  ASSERT_TRUE(past);
  EXPECT_EQ(read<std::uint32_t>(*past, 4), 10u);

  for (std::uint64_t ping = 10; ping < 2000; ++ping) push(*session, Side::port, ping);
  std::uint64_t rows = 0;
  while (const auto message = feed.next()) rows += read<std::uint32_t>(*message, 4);
  EXPECT_EQ(rows + feed.skipped(), 1990u);
  EXPECT_LE(rows, 16u) << "this ring keeps 16";
}

}  // namespace
}  // namespace towfish::dashboard
