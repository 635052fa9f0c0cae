#pragma once

#include <cstdint>
#include <span>

namespace towfish {

/// sums[i]: the sum of values 0 to i. `sums` has room for as many; it may be where the values are. Several at
/// a time, exactly, because they are integers.
void sum_up(std::span<const std::int32_t> values, std::int32_t* sums) noexcept;

}  // namespace towfish
