// Aim: root and receipts are those of RFC 6962. Method: the well-known eight leaves of the
// certificate transparency logs; the recursive definition, written down once more, for every size
// up to 70 and every position; every change of a receipt is found.
#include "engine/draw/merkle.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fiscus::draw {
namespace {

using Leaves = std::span<const Digest>;

std::size_t split_of(std::size_t count) {
    std::size_t left = 1;
    while (left * 2 < count) {
        left *= 2;
    }
    return left;
}

Digest node(HashKind kind, const Digest& left, const Digest& right) {
    return Hasher(kind).add(as_byte_span("\x01")).add(left).add(right).finish();
}

Digest naive_root(HashKind kind, Leaves leaves) {
    if (leaves.size() < 2) {
        return leaves.empty() ? hash_of(kind, {}) : leaves.front();
    }
    const std::size_t left = split_of(leaves.size());
    return node(kind, naive_root(kind, leaves.first(left)), naive_root(kind, leaves.subspan(left)));
}

std::vector<Digest> naive_proof(HashKind kind, std::size_t position, Leaves leaves) {
    if (leaves.size() == 1) {
        return {};
    }
    const std::size_t left = split_of(leaves.size());
    const bool is_left = position < left;
    std::vector<Digest> proof = is_left ? naive_proof(kind, position, leaves.first(left))
                                        : naive_proof(kind, position - left, leaves.subspan(left));
    proof.push_back(naive_root(kind, is_left ? leaves.subspan(left) : leaves.first(left)));
    return proof;
}

std::vector<Digest> some_leaves(HashKind kind, std::size_t count) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < count; ++i) {
        lines.push_back("line " + std::to_string(i));
    }
    return leaf_hashes(kind, std::vector<std::string_view>(lines.begin(), lines.end()));
}

TEST(Merkle, RootsAreThoseOfTheKnownLeaves) {
    using std::string_view_literals::operator""sv;
    const std::vector<std::string_view> lines = {
        ""sv,
        "\x00"sv,
        "\x10"sv,
        "\x20\x21"sv,
        "\x30\x31"sv,
        "\x40\x41\x42\x43"sv,
        "\x50\x51\x52\x53\x54\x55\x56\x57"sv,
        "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"sv};
    const std::vector<std::string> roots = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    for (std::size_t count = 0; count < roots.size(); ++count) {
        const auto leaves = leaf_hashes(HashKind::sha256, std::span(lines).first(count));
        EXPECT_EQ(to_hex(MerkleTree(HashKind::sha256, leaves).root()), roots[count]) << count;
        MerkleRoot one_by_one(HashKind::sha256);
        for (const std::string_view line : std::span(lines).first(count)) {
            one_by_one.add(line);
        }
        EXPECT_EQ(one_by_one.count(), count);
        EXPECT_EQ(to_hex(one_by_one.root()), roots[count]) << count;
    }
}

TEST(Merkle, RootOfLinesThatComeOneByOneIsThatOfTheTree) {
    for (const HashKind kind : {HashKind::sha256, HashKind::sm3}) {
        MerkleRoot root(kind);
        std::vector<std::string> lines;
        for (std::size_t count = 0; count < 300; ++count) {
            const std::vector<std::string_view> views(lines.begin(), lines.end());
            ASSERT_EQ(root.root(), MerkleTree(kind, leaf_hashes(kind, views)).root()) << count;
            lines.push_back("line " + std::to_string(count));
            root.add(lines.back());
        }
    }
}

TEST(Merkle, RootAndReceiptsAreThoseOfTheDefinition) {
    for (const HashKind kind : {HashKind::sha256, HashKind::sm3}) {
        for (std::size_t count = 0; count < 70; ++count) {
            const std::vector<Digest> leaves = some_leaves(kind, count);
            const MerkleTree tree(kind, leaves);
            ASSERT_EQ(tree.root(), naive_root(kind, leaves)) << count;
            for (std::size_t position = 0; position < count; ++position) {
                const std::vector<Digest> proof = tree.proof(position);
                ASSERT_EQ(proof, naive_proof(kind, position, leaves)) << position << "/" << count;
                ASSERT_TRUE(
                    is_included(kind, {leaves[position], position, count, proof}, tree.root()));
            }
        }
    }
}

TEST(Merkle, ReceiptThatIsChangedAnywhereIsFound) {
    const HashKind kind = HashKind::sha256;
    for (const std::size_t count : {1U, 2U, 3U, 7U, 8U, 13U}) {
        const std::vector<Digest> leaves = some_leaves(kind, count);
        const MerkleTree tree(kind, leaves);
        for (std::size_t position = 0; position < count; ++position) {
            const std::vector<Digest> proof = tree.proof(position);
            const auto included = [&](std::size_t at, std::size_t of, const auto& siblings) {
                return is_included(kind, {leaves[position], at, of, siblings}, tree.root());
            };
            for (std::size_t other = 0; other <= count + 1; ++other) {
                // A path of the same length may fit several counts, but only one position of each.
                EXPECT_EQ(included(other, count, proof), other == position);
            }
            EXPECT_FALSE(included(position, 0, proof));
            std::vector<Digest> longer = proof;
            longer.push_back(leaves.front());
            EXPECT_FALSE(included(position, count, longer));
            for (std::size_t i = 0; i < proof.size(); ++i) {
                std::vector<Digest> changed = proof;
                changed[i][31] ^= std::byte{1};
                EXPECT_FALSE(included(position, count, changed));
                changed = proof;
                changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
                EXPECT_FALSE(included(position, count, changed));
            }
        }
    }
}

}  // namespace
}  // namespace fiscus::draw
