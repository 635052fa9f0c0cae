#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "detectors/registry.hpp"
#include "tests/detectors/test_scene.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}

// Every form of operator new of this program ends here.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace towfish {
namespace {

TEST(Detector, SteadyStateAllocatesNothing) {
  TestScene scene(1600);
  for (std::size_t ping = 150; ping < 1500; ping += 40) {
    scene.put_object(ping, 180 + static_cast<std::uint32_t>(ping) % 200);
  }
  DetectorSettings settings;
  settings.least_llr = -8;
  const auto detector = make_detector(settings, Side::starboard);
  std::vector<Detection> room(4096);
  std::vector<Chip> chips(4096);
  DetectionList list(room, chips);
  for (std::size_t i = 0; i < 800; i += 16) detector->process(scene.frame(i, 16), list);
  const std::size_t found_before = list.items().size();
  const std::size_t before = allocations;
  for (std::size_t i = 800; i < 1600; i += 16) detector->process(scene.frame(i, 16), list);
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_GT(list.items().size(), found_before);
}

}  // namespace
}  // namespace towfish
