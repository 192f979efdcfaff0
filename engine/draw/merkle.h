// The Merkle tree of RFC 6962 §2.1 over a list: leaf = H(0x00 ‖ line), node = H(0x01 ‖ left ‖
// right), the left side of n leaves has the largest power of two below n, the root of nothing is
// H(). An inclusion proof (§2.1.1) is the receipt of one line: whoever has the line, its position,
// the count and the root can check that it was in the list, without the list.
// Thread: values. Fails: never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/draw/digest.h"

namespace fiscus::draw {

std::vector<Digest> leaf_hashes(HashKind kind, std::span<const std::string_view> lines);

// All levels are kept: 64 bytes a line.
class MerkleTree {
public:
    MerkleTree(HashKind kind, std::vector<Digest> leaves);

    [[nodiscard]] std::size_t count() const { return levels_.front().size(); }
    [[nodiscard]] Digest root() const;
    // The siblings from the leaf up; position < count().
    [[nodiscard]] std::vector<Digest> proof(std::size_t position) const;

private:
    HashKind kind_;
    // The last node of an odd level stands alone and moves up as it is, which is the same tree as
    // that of the RFC.
    std::vector<std::vector<Digest>> levels_;
};

// The root alone, of lines that come one after the other: 32 bytes for each level.
class MerkleRoot {
public:
    explicit MerkleRoot(HashKind kind);

    void add(std::string_view line);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    Digest root();

private:
    HashKind kind_;
    Prefixed leaf_;
    Prefixed node_;
    std::uint64_t count_ = 0;
    // Whole trees, the largest first: one for each bit of count_.
    std::vector<Digest> trees_;
};

struct InclusionClaim {
    Digest leaf{};
    std::uint64_t position = 0;
    std::uint64_t count = 0;
    std::span<const Digest> proof;
};
// Whether the proof leads from the leaf to the root, with nothing missing and nothing left over.
bool is_included(HashKind kind, const InclusionClaim& claim, const Digest& root);

}  // namespace fiscus::draw
