// Aim: hashes agree with what others publish, and the sum over a set has no order.
// Method: known vectors (RFC 3720 for CRC32C, FIPS 180 for SHA-256, Kafka's own tests for murmur2).
#include "engine/base/hash.h"

#include <string>

#include <gtest/gtest.h>

namespace fiscus {
namespace {

TEST(Hash, Crc32cAgreesWithRfc3720) {
    EXPECT_EQ(crc32c(as_byte_span("123456789")), 0xe3069283U);
    EXPECT_EQ(crc32c(as_byte_span(std::string(32, '\0'))), 0x8a9136aaU);
    const std::string text = "the public purse";
    EXPECT_EQ(crc32c(as_byte_span(text.substr(5)), crc32c(as_byte_span(text.substr(0, 5)))),
              crc32c(as_byte_span(text)));
}

TEST(Hash, Sha256AgreesWithFips180) {
    EXPECT_EQ(to_hex(sha256(as_byte_span("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, PartitionAgreesWithKafkasDefaultPartitioner) {
    // hash("21") = -973932308 in org.apache.kafka.common.utils.UtilsTest.
    EXPECT_EQ(partition_of_key("21", 1 << 30), (-973932308 & 0x7fffffff) % (1 << 30));
    EXPECT_EQ(partition_of_key("foobar", 1 << 30), (-790332482 & 0x7fffffff) % (1 << 30));
    EXPECT_EQ(partition_of_key("a-little-bit-long-string", 1 << 30),
              (-985981536 & 0x7fffffff) % (1 << 30));
}

TEST(Hash, TwoPiecesHashLikeTheirJoin) {
    for (const std::size_t size : {0U, 1U, 16U, 200U, 511U, 512U, 513U, 5'000U}) {
        const std::string text(size, 'x');
        for (const std::size_t cut : {std::size_t{0}, size / 3, size}) {
            const Bytes all = as_byte_span(text);
            EXPECT_EQ(xxh3_64(all.first(cut), all.subspan(cut)), xxh3_64(all))
                << size << " " << cut;
        }
    }
}

TEST(Hash, SumIsIndependentOfOrderAndCanBeTakenBack) {
    const Hash128 a = xxh3_128(as_byte_span("k"), as_byte_span("a"));
    const Hash128 b = xxh3_128(as_byte_span("k"), as_byte_span("b"));
    Hash128 one = a;
    one += b;
    Hash128 other = b;
    other += a;
    EXPECT_EQ(one, other);
    one -= b;
    EXPECT_EQ(one, a);
    Hash128 wrapped{.hi = ~0ULL, .lo = ~0ULL};
    wrapped += {.hi = 0, .lo = 1};
    EXPECT_EQ(wrapped, Hash128{});
}

}  // namespace
}  // namespace fiscus
