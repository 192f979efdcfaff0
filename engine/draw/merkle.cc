#include "engine/draw/merkle.h"

#include <utility>

#include "engine/base/check.h"

namespace fiscus::draw {
namespace {

constexpr std::byte leaf_mark{0};
constexpr std::byte node_mark{1};

}  // namespace

std::vector<Digest> leaf_hashes(HashKind kind, std::span<const std::string_view> lines) {
    Prefixed leaf(kind, {&leaf_mark, 1});
    std::vector<Digest> leaves;
    leaves.reserve(lines.size());
    for (const std::string_view line : lines) {
        leaves.push_back(leaf.of(as_byte_span(line)));
    }
    return leaves;
}

MerkleTree::MerkleTree(HashKind kind, std::vector<Digest> leaves) : kind_(kind) {
    Prefixed node(kind, {&node_mark, 1});
    levels_.push_back(std::move(leaves));
    while (levels_.back().size() > 1) {
        const std::vector<Digest>& below = levels_.back();
        std::vector<Digest> level;
        level.reserve(below.size() / 2 + 1);
        for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
            level.push_back(node.of(below[i], below[i + 1]));
        }
        if (below.size() % 2 == 1) {
            level.push_back(below.back());
        }
        levels_.push_back(std::move(level));
    }
}

Digest MerkleTree::root() const {
    return count() == 0 ? hash_of(kind_, {}) : levels_.back().front();
}

std::vector<Digest> MerkleTree::proof(std::size_t position) const {
    FISCUS_CHECK(position < count(), "a receipt is for a line of the list");
    std::vector<Digest> siblings;
    for (const std::vector<Digest>& level : levels_) {
        const std::size_t sibling = position ^ 1U;
        if (sibling < level.size()) {
            siblings.push_back(level[sibling]);
        }
        position /= 2;
    }
    return siblings;
}

MerkleRoot::MerkleRoot(HashKind kind)
    : kind_(kind), leaf_(kind, {&leaf_mark, 1}), node_(kind, {&node_mark, 1}) {}

void MerkleRoot::add(std::string_view line) {
    Digest tree = leaf_.of(as_byte_span(line));
    for (std::uint64_t bits = count_; (bits & 1U) != 0; bits >>= 1U) {
        tree = node_.of(trees_.back(), tree);
        trees_.pop_back();
    }
    trees_.push_back(tree);
    ++count_;
}

Digest MerkleRoot::root() {
    if (trees_.empty()) {
        return hash_of(kind_, {});
    }
    Digest root = trees_.back();
    for (std::size_t left = trees_.size() - 1; left > 0; --left) {
        root = node_.of(trees_[left - 1], root);
    }
    return root;
}

bool is_included(HashKind kind, const InclusionClaim& claim, const Digest& root) {
    if (claim.position >= claim.count) {
        return false;
    }
    Prefixed node(kind, {&node_mark, 1});
    Digest hash = claim.leaf;
    std::size_t used = 0;
    std::uint64_t position = claim.position;
    // Ends at the root, where one node is left; the last of an odd level has no sibling.
    for (std::uint64_t width = claim.count; width > 1; width = width / 2 + width % 2) {
        const bool alone = position % 2 == 0 && position + 1 == width;
        if (!alone) {
            if (used == claim.proof.size()) {
                return false;
            }
            const Digest& sibling = claim.proof[used++];
            hash = position % 2 == 1 ? node.of(sibling, hash) : node.of(hash, sibling);
        }
        position /= 2;
    }
    return used == claim.proof.size() && hash == root;
}

}  // namespace fiscus::draw
