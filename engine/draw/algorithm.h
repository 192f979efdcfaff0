// The algorithms of a draw by their ids, as rules name them. An id is fixed for ever: it says which
// bytes are hashed how (docs/formats/draw-bundle.md). Also the bytes of messages: integers are big
// endian of fixed width, text has its length in 16 bits before it, so no two inputs give the same
// message.
// Thread: values. Fails: an unknown id is nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/ids.h"
#include "engine/draw/digest.h"

namespace fiscus::draw {

enum class DrawKind : std::uint8_t { batch, day };

struct Algorithm {
    std::string_view id;
    DrawKind kind = DrawKind::batch;
    HashKind hash = HashKind::sha256;
};

// hash-rank-v1, hash-rank-v1-sm3, instant-v1, instant-v1-sm3.
std::optional<Algorithm> algorithm_from_id(std::string_view id);
std::string_view algorithm_id(DrawKind kind, HashKind hash);

class Message {
public:
    // The label says what the hash is for and begins every message.
    explicit Message(std::string_view label) { raw(as_byte_span(label)); }

    Message& u16(std::uint16_t number) { return integer(number, 2); }
    Message& u32(std::uint32_t number) { return integer(number, 4); }
    Message& u64(std::uint64_t number) { return integer(number, 8); }
    Message& id(Id128 id) { return u64(id.hi).u64(id.lo); }
    Message& raw(Bytes bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    // At most 65,535 bytes, which whoever takes text in has checked.
    Message& text(std::string_view text) {
        FISCUS_CHECK(text.size() <= UINT16_MAX, "a text fits its length");
        return u16(static_cast<std::uint16_t>(text.size())).raw(as_byte_span(text));
    }

    [[nodiscard]] Bytes bytes() const { return bytes_; }

private:
    Message& integer(std::uint64_t number, unsigned width) {
        for (unsigned i = width; i > 0; --i) {
            bytes_.push_back(static_cast<std::byte>(number >> (8 * (i - 1))));
        }
        return *this;
    }

    std::vector<std::byte> bytes_;
};

// The first eight bytes of a digest, big endian.
std::uint64_t first_word(const Digest& digest);

}  // namespace fiscus::draw
