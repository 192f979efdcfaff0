// The hash functions of a draw: SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016), both of 32 bytes
// and over blocks of 64, by OpenSSL; and HMAC over either (RFC 2104). A key of HMAC is prepared
// once: a score costs two copies of a prepared state and two blocks, which is all that there is to
// ranking a million tickets.
// Thread: one for each object. Fails: never; OpenSSL without these functions is a broken belief.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/hash.h"

struct evp_md_ctx_st;

namespace fiscus::draw {

enum class HashKind : std::uint8_t { sha256, sm3 };

// 32 bytes, whatever the function; ordered as bytes are.
using Digest = std::array<std::byte, 32>;

struct CloseContext {
    void operator()(evp_md_ctx_st* context) const;
};
using HashContext = std::unique_ptr<evp_md_ctx_st, CloseContext>;

// The hash of pieces, one after the other.
class Hasher {
public:
    explicit Hasher(HashKind kind);

    Hasher& add(Bytes piece);
    // Ends it: nothing may be added afterwards.
    Digest finish();

private:
    HashContext context_;
};

Digest hash_of(HashKind kind, Bytes bytes);

// The hash of what follows a prefix, for many of them: the state after the prefix is kept and
// copied, which is several times faster than beginning anew. of() needs memory of this object, so
// it is not const.
class Prefixed {
public:
    Prefixed(HashKind kind, Bytes prefix);

    Digest of(Bytes first, Bytes second = {});
    Digest of(std::initializer_list<Bytes> pieces);

private:
    HashContext begun_;
    HashContext working_;
};

// HMAC under one key.
class Hmac {
public:
    // A key of any length; one of more than 64 bytes is hashed first, as the RFC says.
    Hmac(HashKind kind, Bytes key);

    Digest of(Bytes message) { return outer_.of(inner_.of(message)); }
    // Of pieces, one after the other.
    Digest of(std::initializer_list<Bytes> pieces) { return outer_.of(inner_.of(pieces)); }

private:
    Prefixed inner_;
    Prefixed outer_;
};

// From the bytes that a message carries of it, exactly 32, such as a flatbuffers::Vector.
template <typename Container>
Digest digest_from(const Container& bytes) {
    Digest digest{};
    FISCUS_CHECK(bytes.size() == digest.size(), "a digest has 32 bytes");
    std::memcpy(digest.data(), bytes.data(), digest.size());
    return digest;
}

// 64 lower-case hexadecimal digits and back; false for anything else.
bool digest_from_hex(std::string_view text, Digest& digest);

}  // namespace fiscus::draw
