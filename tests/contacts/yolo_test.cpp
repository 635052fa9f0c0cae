#include "pipeline/contacts/yolo.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "tests/contacts/sample_store.hpp"

namespace towfish {
namespace {

TEST(Yolo, BoxHoldsHighlightAndShadowInSharesOfTheChip) {
  SampleStore sample;
  const std::filesystem::path folder = sample.path().string() + ".yolo";
  EXPECT_EQ(write_yolo(sample.store(), folder), 1U);
  std::istringstream label(contents_of(folder / "labels" / "contact1-look1.txt"));
  int kind = -1;
  double x = 0, y = 0, width = 0, height = 0;
  label >> kind >> x >> y >> width >> height;
  // The chip is 6.4 m wide: highlight 0.4 m before its middle, shadow 1.25 m behind it.
  EXPECT_EQ(kind, 0);
  EXPECT_NEAR(x - width / 2, 0.5 - 0.4 / 6.4, 1e-4);
  EXPECT_NEAR(x + width / 2, 0.5 + 1.25 / 6.4, 1e-4);
  EXPECT_NEAR(y, 0.5, 1e-4);
  EXPECT_GT(height, 0);
  EXPECT_EQ(contents_of(folder / "images" / "contact1-look1.png").substr(1, 3), "PNG");
  EXPECT_EQ(contents_of(folder / "classes.txt"), "MILCO\nNOMBO\n");
  EXPECT_THROW((void)write_yolo(sample.store(), folder), StoreError) << "the folder is not empty any more";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace towfish
