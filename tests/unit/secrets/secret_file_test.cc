// Aim: a secret is read from a file that nobody else may read, or not at all. Method: files of
// every wrong kind.
#include "engine/secrets/secret_file.h"

#include <fstream>

#include <gtest/gtest.h>

#include "engine/base/hash.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::secrets {
namespace {

using std::filesystem::perms;

class SecretFileTest : public testing::Test {
protected:
    [[nodiscard]] std::filesystem::path write(const std::string& text, perms mode) const {
        const std::filesystem::path path = directory_.path() / "a.key";
        std::filesystem::remove(path);
        std::ofstream(path) << text;
        std::filesystem::permissions(path, mode);
        return path;
    }
    [[nodiscard]] std::string complaint(const std::string& text, perms mode) const {
        const auto key = read_secret_file(write(text, mode));
        return key.ok() ? "" : key.error().why;
    }

    support::TemporaryDirectory directory_;
    const std::string good_ = std::string(62, '0') + "ff";
};

TEST_F(SecretFileTest, Reads64HexadecimalDigitsWithOrWithoutALineEnd) {
    for (const std::string& text : {good_, good_ + "\n"}) {
        const auto key = read_secret_file(write(text, perms::owner_read));
        ASSERT_TRUE(key.ok()) << key.error().text();
        ASSERT_TRUE(key.value().has_value());
        EXPECT_EQ(to_hex(*key.value()), good_);
    }
}

TEST_F(SecretFileTest, OneThatIsNotThereIsNoError) {
    const auto key = read_secret_file(directory_.path() / "none.key");
    ASSERT_TRUE(key.ok()) << key.error().text();
    EXPECT_FALSE(key.value().has_value());
}

TEST_F(SecretFileTest, RefusesEveryModeButOwnerRead) {
    for (const perms mode :
         {perms::owner_read | perms::owner_write, perms::owner_read | perms::group_read,
          perms::owner_read | perms::others_read, perms::owner_read | perms::set_uid}) {
        EXPECT_EQ(complaint(good_, mode), "others may read or change it");
    }
    EXPECT_EQ(complaint(good_, perms::owner_read), "");
}

TEST_F(SecretFileTest, RefusesAnythingButADigest) {
    for (const std::string& text :
         {std::string(), good_ + "0", good_.substr(1), good_ + "\n\n", " " + good_,
          std::string(62, '0') + "FF", std::string(64, 'g')}) {
        EXPECT_NE(complaint(text, perms::owner_read).find("64 hexadecimal digits"),
                  std::string::npos)
            << text;
    }
}

TEST_F(SecretFileTest, ALineIsAnyTextWithoutItsEnd) {
    const auto line = [this](const std::string& text) {
        auto read = read_secret_line(write(text, perms::owner_read));
        return read.ok() ? read.value().value_or("nothing") : "refused: " + read.error().why;
    };
    EXPECT_EQ(line("a password, 口令\n"), "a password, 口令");
    EXPECT_EQ(line(std::string(1'024, 'p')), std::string(1'024, 'p'));
    for (const std::string& text :
         {std::string(), std::string("\n"), std::string("a\nb\n"), std::string("a\r\n"),
          std::string(1'025, 'p'), std::string(3'000, 'p'), std::string("a\0b", 3)}) {
        EXPECT_EQ(line(text), "refused: it does not hold one line of 1 to 1,024 bytes");
    }
    EXPECT_FALSE(read_secret_line(write("secret", perms::owner_read | perms::group_read)).ok());
}

TEST_F(SecretFileTest, FollowsNoLinkAndReadsNoDirectory) {
    const std::filesystem::path target = write(good_, perms::owner_read);
    const std::filesystem::path link = directory_.path() / "link.key";
    std::filesystem::create_symlink(target, link);
    EXPECT_FALSE(read_secret_file(link).ok());
    EXPECT_EQ(read_secret_file(directory_.path()).error().why, "it is no file");
}

TEST_F(SecretFileTest, TheFileOfASourcesKeyIsNamedByProgrammeSourceAndNumber) {
    EXPECT_EQ(source_key_file_name(ProgrammeId(7), SourceId(2), 12), "source-7-2-12.key");
}

}  // namespace
}  // namespace fiscus::secrets
