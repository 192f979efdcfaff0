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

Hmac::Hmac(HashKind kind, Bytes key)
    : inner_(begin(kind)), outer_(begin(kind)), working_(new_context()) {
    std::array<std::byte, block_bytes> pad{};
    if (key.size() > block_bytes) {
        const Digest short_key = hash_of(kind, key);
        std::ranges::copy(short_key, pad.begin());
    } else {
        std::ranges::copy(key, pad.begin());
    }
    for (std::byte& byte : pad) {
        byte ^= std::byte{0x36};
    }
    update(inner_.get(), pad);
    for (std::byte& byte : pad) {
        byte ^= std::byte{0x36 ^ 0x5c};
    }
    update(outer_.get(), pad);
}

Digest Hmac::of(Bytes message) {
    FISCUS_CHECK(EVP_MD_CTX_copy_ex(working_.get(), inner_.get()) == 1, "a hash can be copied");
    update(working_.get(), message);
    const Digest inside = end(working_.get());
    FISCUS_CHECK(EVP_MD_CTX_copy_ex(working_.get(), outer_.get()) == 1, "a hash can be copied");
    update(working_.get(), inside);
    return end(working_.get());
}

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
