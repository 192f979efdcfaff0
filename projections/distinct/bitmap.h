// Owner of one CRoaring bitmap: a compressed set of 32-bit ordinals. The only place that includes
// CRoaring. Never holds run containers, so equal sets have equal bytes.
// Thread: one. Fails: parse on bytes that are not a bitmap; out of memory ends the process.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct roaring_bitmap_s;

namespace fiscus::projections {

class Bitmap {
public:
    Bitmap();

    void add_many(std::span<const std::uint32_t> ordinals);
    // False when it was there already.
    bool add_checked(std::uint32_t ordinal);
    void remove(std::uint32_t ordinal);
    void unite(const Bitmap& other);
    [[nodiscard]] bool contains(std::uint32_t ordinal) const;
    [[nodiscard]] std::uint64_t cardinality() const;
    // |this ∪ other|
    [[nodiscard]] std::uint64_t united_cardinality(const Bitmap& other) const;
    [[nodiscard]] std::vector<std::uint32_t> to_vector() const;

    // CRoaring's portable format.
    void append_to(std::string& out) const;
    static bool parse(std::string_view bytes, Bitmap& out);

private:
    struct Free {
        void operator()(roaring_bitmap_s* bitmap) const;
    };
    std::unique_ptr<roaring_bitmap_s, Free> bitmap_;
};

}  // namespace fiscus::projections
