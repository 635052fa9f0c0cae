#pragma once

#include <cstddef>

// A function that goes over rows of cells is built for several widths of vectors, and which one runs is
// chosen when the program starts. Results are the same, because no product is fused with a sum
// (CMakeLists.txt). TOWFISH_LANES is for what takes kLanes cells at a time: wider vectors are slower there.
// Not for virtual functions (GCC cannot), nor under the thread sanitizer (which is not ready yet when the
// choice is made).
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define TOWFISH_WIDE [[gnu::target_clones("arch=x86-64-v4", "avx2", "default")]]
#define TOWFISH_LANES [[gnu::target_clones("avx2", "default")]]
#else
#define TOWFISH_WIDE
#define TOWFISH_LANES
#endif

namespace towfish {

/// Cells that are looked at together. What is read so has as many more behind the end of a row.
inline constexpr std::size_t kLanes = 8;

}  // namespace towfish
