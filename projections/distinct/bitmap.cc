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

bool Bitmap::add_checked(std::uint32_t ordinal) {
    return roaring_bitmap_add_checked(bitmap_.get(), ordinal);
}

void Bitmap::remove(std::uint32_t ordinal) { roaring_bitmap_remove(bitmap_.get(), ordinal); }

void Bitmap::unite(const Bitmap& other) {
    roaring_bitmap_or_inplace(bitmap_.get(), other.bitmap_.get());
}

bool Bitmap::contains(std::uint32_t ordinal) const {
    return roaring_bitmap_contains(bitmap_.get(), ordinal);
}

std::uint64_t Bitmap::cardinality() const { return roaring_bitmap_get_cardinality(bitmap_.get()); }

std::uint64_t Bitmap::united_cardinality(const Bitmap& other) const {
    return roaring_bitmap_or_cardinality(bitmap_.get(), other.bitmap_.get());
}

std::vector<std::uint32_t> Bitmap::to_vector() const {
    std::vector<std::uint32_t> ordinals(cardinality());
    roaring_bitmap_to_uint32_array(bitmap_.get(), ordinals.data());
    return ordinals;
}

void Bitmap::append_to(std::string& out) const {
    const std::size_t at = out.size();
    out.resize(at + roaring_bitmap_portable_size_in_bytes(bitmap_.get()));
    roaring_bitmap_portable_serialize(bitmap_.get(), out.data() + at);
}

bool Bitmap::parse(std::string_view bytes, Bitmap& out) {
    roaring_bitmap_t* parsed = roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size());
    if (parsed == nullptr) {
        return false;
    }
    out.bitmap_.reset(parsed);
    return roaring_bitmap_portable_size_in_bytes(parsed) == bytes.size();
}

}  // namespace fiscus::projections
