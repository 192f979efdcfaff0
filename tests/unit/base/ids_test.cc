// Aim: an id is read back as it was printed, and nothing else is taken for an id.
#include "engine/base/ids.h"

#include <gtest/gtest.h>

namespace fiscus {
namespace {

TEST(Id128, PrintsThirtyTwoDigitsAndReadsThemBack) {
    const Id128 id{.hi = 0x0123456789abcdefULL, .lo = 0xfedcba9876543210ULL};
    EXPECT_EQ(to_hex(id), "0123456789abcdeffedcba9876543210");
    EXPECT_EQ(id128_from_hex(to_hex(id)), id);
    EXPECT_EQ(id128_from_hex("01234567-89AB-cdef-fedc-ba9876543210"), id);
}

TEST(Id128, RefusesWhatIsNotAnId) {
    for (const char* text :
         {"", "12", "0123456789abcdeffedcba987654321g", "0123456789abcdeffedcba98765432100",
          "01234567-89abcdef-fedcba9876543210"}) {
        EXPECT_FALSE(id128_from_hex(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace fiscus
