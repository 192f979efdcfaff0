#include "projections/distinct/bitmap.h"

#include <roaring/roaring.h>

#include "engine/base/check.h"

namespace fiscus::projections {

void Bitmap::Free::operator()(roaring_bitmap_s* bitmap) const { roaring_bitmap_free(bitmap); }

Bitmap::Bitmap() : bitmap_(roaring_bitmap_create()) {
    FISCUS_CHECK(bitmap_ != nullptr, "there is memory for an empty bitmap");
}

void Bitmap::add_many(std::span<const std::uint32_t> ordinals) {
    roaring_bitmap_add_many(bitmap_.get(), ordinals.size(), ordinals.data());
}

std::uint64_t Bitmap::cardinality() const { return roaring_bitmap_get_cardinality(bitmap_.get()); }

}  // namespace fiscus::projections
