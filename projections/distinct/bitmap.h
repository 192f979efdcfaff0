// Owner of one CRoaring bitmap: a compressed set of 32-bit ordinals, for unions over days. The only
// place that includes CRoaring.
// Thread: one. Fails: out of memory ends the process.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

struct roaring_bitmap_s;

namespace fiscus::projections {

class Bitmap {
public:
    Bitmap();

    void add_many(std::span<const std::uint32_t> ordinals);
    [[nodiscard]] std::uint64_t cardinality() const;

private:
    struct Free {
        void operator()(roaring_bitmap_s* bitmap) const;
    };
    std::unique_ptr<roaring_bitmap_s, Free> bitmap_;
};

}  // namespace fiscus::projections
