#include "engine/draw/digest.h"

#include <algorithm>
#include <optional>

#include <openssl/evp.h>

#include "engine/base/check.h"

namespace fiscus::draw {
namespace {

constexpr std::size_t block_bytes = 64;

const EVP_MD* function_of(HashKind kind) {
    return kind == HashKind::sha256 ? EVP_sha256() : EVP_sm3();
}

HashContext new_context() {
    HashContext context(EVP_MD_CTX_new());
    FISCUS_CHECK(context != nullptr, "there is memory for a hash");
    return context;
}

HashContext begin(HashKind kind) {
    HashContext context = new_context();
    FISCUS_CHECK(EVP_DigestInit_ex(context.get(), function_of(kind), nullptr) == 1,
                 "OpenSSL has SHA-256 and SM3");
    return context;
}

void update(evp_md_ctx_st* context, Bytes bytes) {
    FISCUS_CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1,
                 "a begun hash takes bytes");
}

Digest end(evp_md_ctx_st* context) {
    Digest digest{};
    unsigned length = 0;
    const int ok =
        EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), &length);
    FISCUS_CHECK(ok == 1 && length == digest.size(), "SHA-256 and SM3 have 32 bytes");
    return digest;
}

// A block of the key, every byte exchanged by `pad`.
std::array<std::byte, block_bytes> padded(HashKind kind, Bytes key, std::byte pad) {
    std::array<std::byte, block_bytes> block{};
    if (key.size() > block_bytes) {
        std::ranges::copy(hash_of(kind, key), block.begin());
    } else {
        std::ranges::copy(key, block.begin());
    }
    for (std::byte& byte : block) {
        byte ^= pad;
    }
    return block;
}

std::optional<unsigned> nibble(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<unsigned>(c - 'a') + 10U;
    }
    return std::nullopt;
}

}  // namespace

void CloseContext::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Hasher::Hasher(HashKind kind) : context_(begin(kind)) {}

Hasher& Hasher::add(Bytes piece) {
    update(context_.get(), piece);
    return *this;
}

Digest Hasher::finish() { return end(context_.get()); }

Digest hash_of(HashKind kind, Bytes bytes) { return Hasher(kind).add(bytes).finish(); }

Prefixed::Prefixed(HashKind kind, Bytes prefix) : begun_(begin(kind)), working_(new_context()) {
    update(begun_.get(), prefix);
}

Digest Prefixed::of(Bytes first, Bytes second) {
    FISCUS_CHECK(EVP_MD_CTX_copy_ex(working_.get(), begun_.get()) == 1, "a hash can be copied");
    update(working_.get(), first);
    update(working_.get(), second);
    return end(working_.get());
}

Digest Prefixed::of(std::initializer_list<Bytes> pieces) {
    FISCUS_CHECK(EVP_MD_CTX_copy_ex(working_.get(), begun_.get()) == 1, "a hash can be copied");
    for (const Bytes piece : pieces) {
        update(working_.get(), piece);
    }
    return end(working_.get());
}

Hmac::Hmac(HashKind kind, Bytes key)
    : inner_(kind, padded(kind, key, std::byte{0x36})),
      outer_(kind, padded(kind, key, std::byte{0x5c})) {}

bool digest_from_hex(std::string_view text, Digest& digest) {
    if (text.size() != 2 * digest.size()) {
        return false;
    }
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const auto high = nibble(text[2 * i]);
        const auto low = nibble(text[2 * i + 1]);
        if (!high || !low) {
            return false;
        }
        digest[i] = static_cast<std::byte>(*high << 4U | *low);
    }
    return true;
}

}  // namespace fiscus::draw
