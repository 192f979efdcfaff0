// An exact set of ordinals that is cheap to add to: newcomers wait in a small vector and are
// settled (sorted, repeats dropped) only when it is full or somebody counts. Small sets stay a
// sorted vector, which most cells are; larger ones become a compressed bitmap.
// Thread: one. Fails: parse on damaged bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "projections/distinct/bitmap.h"
#include "projections/store/codec.h"

namespace fiscus::projections {

class OrdinalSet {
public:
    void add(std::uint32_t ordinal) {
        if (pending_.size() == pending_.capacity()) [[unlikely]] {
            make_room();
        }
        pending_.push_back(ordinal);
    }
    // `ordinals` ascend without repeats.
    void add_sorted(const std::vector<std::uint32_t>& ordinals);

    [[nodiscard]] bool empty() const { return pending_.empty() && bitmap_ == nullptr; }
    std::uint64_t cardinality();
    // |this ∪ other|
    std::uint64_t united_cardinality(OrdinalSet& other);
    // Sorts newcomers in; what comes after it may be asked with contains_settled().
    void settle();
    [[nodiscard]] bool contains_settled(std::uint32_t ordinal) const;
    // Adds all of this to a union over days or sets.
    void unite_into(Bitmap& all);
    // Ascending.
    std::vector<std::uint32_t> to_vector();

    // The bytes depend on the members only, not on how they came in.
    void append_to(std::string& out);
    bool parse(Reader& reader);

    // Bytes held, about.
    [[nodiscard]] std::size_t memory() const;

private:
    // Above this a bitmap is smaller and faster.
    static constexpr std::size_t small_max = 256;

    void make_room();

    std::vector<std::uint32_t> pending_;  // all members while there is no bitmap
    std::unique_ptr<Bitmap> bitmap_;
};

// `sorted` ascends without repeats: gaps between members as varints.
void append_sorted(std::string& out, const std::vector<std::uint32_t>& sorted);
bool parse_sorted(Reader& reader, std::uint64_t count, std::vector<std::uint32_t>& out);

}  // namespace fiscus::projections
