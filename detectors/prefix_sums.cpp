#include "detectors/prefix_sums.hpp"

#include <algorithm>

#include "detectors/wide.hpp"

namespace towfish {

TOWFISH_WIDE void sum_up(std::span<const std::int32_t> values, std::int32_t* sums) noexcept {
  const std::int32_t* const in = values.data();
  const std::size_t n = values.size();
  std::int32_t total = 0;
#pragma omp simd reduction(inscan, + : total)
  for (std::size_t i = 0; i < n; ++i) {
    total += in[i];
#pragma omp scan inclusive(total)
    sums[i] = total;
  }
}

void sum_up_padded(std::span<const std::int32_t> values, std::size_t pad,
                   std::span<std::int32_t> prefix) noexcept {
  sum_up(values, prefix.data() + pad + 1);
  std::ranges::fill(prefix.subspan(pad + values.size() + 1), prefix[pad + values.size()]);
}

}  // namespace towfish
