// Aim: a setting has exactly the value of its strongest origin and says which one that was; every
// wrong text is refused with its place. Method: Settings::load over files in a temporary directory.
#include "engine/app/settings.h"

#include <set>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/support.h"

namespace fiscus::app {
namespace {

using test::TemporaryDirectory;
using ::testing::AllOf;
using ::testing::HasSubstr;

SettingSources file_of(const TemporaryDirectory& directory, const std::string& text) {
    SettingSources sources;
    sources.file = directory.write("fiscus.toml", text);
    return sources;
}

std::string error_text(const SettingSources& sources) {
    const auto settings = Settings::load(sources);
    EXPECT_FALSE(settings.ok());
    if (settings.ok()) {
        return "";
    }
    EXPECT_EQ(settings.error().code, ErrorCode::usage);
    return settings.error().text();
}

TEST(Settings, FlagWinsOverEnvironmentOverFileOverDefault) {
    const TemporaryDirectory directory;
    SettingSources sources = file_of(directory, "[engine]\nturn_records = 7\nmemory = \"2GiB\"\n");
    auto settings = Settings::load(sources);
    ASSERT_TRUE(settings.ok()) << settings.error().text();
    EXPECT_EQ(settings->integer(Setting::engine_turn_records), 7);
    EXPECT_EQ(settings->value(Setting::engine_turn_records).origin, Origin::file);
    EXPECT_THAT(settings->value(Setting::engine_turn_records).where,
                ::testing::EndsWith("fiscus.toml:2"));
    EXPECT_EQ(settings->integer(Setting::engine_memory), 2LL << 30);
    EXPECT_EQ(settings->value(Setting::engine_fold_records).origin, Origin::built_in);

    sources.environment = {{"FISCUS_ENGINE__TURN_RECORDS", "8"}, {"PATH", "/bin"}};
    settings = Settings::load(sources);
    ASSERT_TRUE(settings.ok());
    EXPECT_EQ(settings->integer(Setting::engine_turn_records), 8);
    EXPECT_EQ(settings->value(Setting::engine_turn_records).origin, Origin::environment);
    EXPECT_EQ(settings->value(Setting::engine_turn_records).where, "FISCUS_ENGINE__TURN_RECORDS");

    sources.flags = {{Setting::engine_turn_records, "9"}};
    settings = Settings::load(sources);
    ASSERT_TRUE(settings.ok());
    EXPECT_EQ(settings->integer(Setting::engine_turn_records), 9);
    EXPECT_EQ(settings->value(Setting::engine_turn_records).origin, Origin::flag);
    EXPECT_EQ(settings->value(Setting::engine_turn_records).where, "--turn");
}

// Whoever takes the text as C does would read another one.
TEST(Settings, NoSettingHoldsAZeroByte) {
    for (const char* const name : {"FISCUS_KAFKA__CLIENT", "FISCUS_LOG__DIRECTORY"}) {
        SettingSources sources;
        sources.environment = {{name, std::string("a=b\0c", 5)}};
        EXPECT_THAT(error_text(sources), AllOf(HasSubstr(name), HasSubstr("zero byte")));
    }
}

TEST(Settings, DefaultsPassTheirOwnChecks) {
    SettingSources sources;
    for (const SettingSpec& spec : setting_specs()) {
        sources.environment.emplace_back(environment_name(spec), spec.default_text);
    }
    const auto settings = Settings::load(sources);
    EXPECT_TRUE(settings.ok()) << settings.error().text();
}

TEST(Settings, ExamplesPassTheirOwnChecks) {
    SettingSources sources;
    for (const SettingSpec& spec : setting_specs()) {
        sources.environment.emplace_back(environment_name(spec), spec.example);
    }
    const auto settings = Settings::load(sources);
    EXPECT_TRUE(settings.ok()) << settings.error().text();
}

TEST(Settings, KeysFlagsAndVariablesAreUnique) {
    std::set<std::string> keys;
    std::set<std::string> flags;
    for (const SettingSpec& spec : setting_specs()) {
        EXPECT_TRUE(keys.insert(std::string(spec.key)).second) << spec.key;
        EXPECT_TRUE(spec.flag.empty() || flags.insert(std::string(spec.flag)).second) << spec.flag;
        EXPECT_EQ(&spec_of(spec.setting), &spec);
    }
}

TEST(Settings, UnknownKeyNamesFileLineAndNearestKey) {
    const TemporaryDirectory directory;
    EXPECT_THAT(error_text(file_of(directory, "[engine]\nturn_record = 7\n")),
                AllOf(HasSubstr("fiscus.toml:2"), HasSubstr("engine.turn_record"),
                      HasSubstr("Did you mean engine.turn_records?")));
}

TEST(Settings, UnknownSectionAndKeyWithoutSectionAreErrors) {
    const TemporaryDirectory directory;
    EXPECT_THAT(error_text(file_of(directory, "[motor]\nturn_records = 7\n")),
                HasSubstr("motor.turn_records"));
    EXPECT_THAT(error_text(file_of(directory, "turn_records = 7\n")),
                HasSubstr("settings stand in sections"));
}

TEST(Settings, DamagedFileNamesLineAndColumn) {
    const TemporaryDirectory directory;
    EXPECT_THAT(error_text(file_of(directory, "[engine]\nturn_records = = 7\n")),
                AllOf(HasSubstr("fiscus.toml:2:"), HasSubstr("this is not TOML")));
    EXPECT_THAT(error_text(file_of(directory, std::string("[engine\xff\x00", 9))),
                HasSubstr("this is not TOML"));
}

TEST(Settings, MissingFileIsAnErrorAndADirectoryIsNoFile) {
    SettingSources sources;
    sources.file = "/nowhere/fiscus.toml";
    EXPECT_THAT(error_text(sources), HasSubstr("/nowhere/fiscus.toml"));
    const TemporaryDirectory directory;
    const std::string pipe = directory.path() / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& file : {directory.path().string(), pipe, std::string("/dev/null")}) {
        sources.file = file;
        EXPECT_THAT(error_text(sources),
                    AllOf(HasSubstr("cannot read"), HasSubstr(file), HasSubstr("it is no file")));
    }
}

TEST(Settings, APartitionNamedTwiceIsNamed) {
    for (const auto& [text, number] :
         {std::pair{"0,0", "0"}, std::pair{"3,1,2,1", "1"}, std::pair{"7,07", "7"}}) {
        SettingSources sources;
        sources.environment = {{"FISCUS_ENGINE__PARTITIONS", text}};
        EXPECT_THAT(error_text(sources),
                    AllOf(HasSubstr("FISCUS_ENGINE__PARTITIONS"), HasSubstr(text),
                          HasSubstr(std::string("it names ") + number)));
    }
}

TEST(Settings, WrongTextsAreRefusedWithTheirOrigin) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"FISCUS_HTTP__PORT", "65536"},        {"FISCUS_HTTP__PORT", "-1"},
        {"FISCUS_HTTP__PORT", "80a"},          {"FISCUS_HTTP__PORT", "9999999999999999999999"},
        {"FISCUS_ENGINE__MEMORY", "1 GB"},     {"FISCUS_ENGINE__MEMORY", "1MiB"},
        {"FISCUS_ENGINE__MEMORY", ""},         {"FISCUS_ENGINE__TURN_RECORDS", "0"},
        {"FISCUS_ENGINE__PARTITIONS", "0,a"},  {"FISCUS_LOGGING__LEVEL", "loud"},
        {"FISCUS_KAFKA__CLIENT", "no-equals"}, {"FISCUS_RUN__ONLY", "BOTH"},
    };
    for (const auto& [name, text] : wrong) {
        SettingSources sources;
        sources.environment = {{name, text}};
        EXPECT_THAT(error_text(sources), AllOf(HasSubstr(name), HasSubstr("Example: "))) << text;
    }
}

TEST(Settings, EnvironmentOfOtherProgramsIsLeftAlone) {
    SettingSources sources;
    sources.environment = {{"FISCUS_SOURCE_DIR", "/x"}, {"FISCUS", "1"}, {"XFISCUS_A__B", "1"}};
    EXPECT_TRUE(Settings::load(sources).ok());
    sources.environment = {{"FISCUS_ENGINE__TURN", "1"}};
    EXPECT_THAT(error_text(sources), HasSubstr("FISCUS_ENGINE__TURN"));
    for (const char* const name :
         {"FISCUS_PROGRAM", "FISCUS_TEST_KAFKA", "FISCUS_SEED", "FISCUS_CRASH_KILLS",
          "FISCUS_CONFIG", "FISCUS_KAFKA", "FISCUS_PROPERTY_RUNS", "FISCUS_STATE_FACTS"}) {
        sources.environment = {{name, "1"}};
        EXPECT_TRUE(Settings::load(sources).ok()) << name;
    }
}

TEST(Settings, AnUnderscoreTooFewIsAnErrorThatNamesTheRightVariable) {
    SettingSources sources;
    for (const auto& [slip, meant] : {std::pair{"FISCUS_LOG_DIRECTORY", "FISCUS_LOG__DIRECTORY"},
                                      {"FISCUS_ENGINE_TURN_RECORDS", "FISCUS_ENGINE__TURN_RECORDS"},
                                      {"FISCUS_ENGINE_TURNRECORDS", "FISCUS_ENGINE__TURN_RECORDS"},
                                      {"FISCUS_KAFKA_BOOTSTRAP", "FISCUS_KAFKA__BOOTSTRAP"}}) {
        sources.environment = {{slip, "1"}};
        EXPECT_THAT(error_text(sources), AllOf(HasSubstr(slip), HasSubstr(meant)));
    }
}

TEST(Settings, EmptyTextTakesAnOptionalSettingBack) {
    const TemporaryDirectory directory;
    SettingSources sources = file_of(directory, "[log]\ndirectory = \"/x\"\n");
    sources.environment = {{"FISCUS_LOG__DIRECTORY", ""}};
    const auto settings = Settings::load(sources);
    ASSERT_TRUE(settings.ok());
    EXPECT_FALSE(settings.value().given(Setting::log_directory));
}

TEST(Settings, ListsComeFromTomlArraysAndFromText) {
    const TemporaryDirectory directory;
    const auto settings = Settings::load(file_of(directory, "[engine]\npartitions = [2, 0]\n"));
    ASSERT_TRUE(settings.ok()) << settings.error().text();
    EXPECT_THAT(settings.value().integers(Setting::engine_partitions),
                ::testing::ElementsAre(2, 0));
}

TEST(Settings, AListOfServersMayBeAnArray) {
    const TemporaryDirectory directory;
    const auto settings =
        Settings::load(file_of(directory, "[kafka]\nbootstrap = [\"a:1\", \"b:1\"]\n"));
    ASSERT_TRUE(settings.ok()) << settings.error().text();
    EXPECT_EQ(settings.value().text(Setting::kafka_bootstrap), "a:1,b:1");
}

TEST(Settings, AnArrayIsRefusedWhereTheSettingIsNoList) {
    const TemporaryDirectory directory;
    for (const char* const text : {"[state]\ndirectory = [\"a\", \"b\"]\n",
                                   "[engine]\nwriter = [\"a\"]\n", "[engine]\nturn_records = [7]\n",
                                   "[logging]\nlevel = [\"info\"]\n", "[log]\ndirectory = []\n"}) {
        EXPECT_THAT(error_text(file_of(directory, text)),
                    AllOf(HasSubstr("fiscus.toml:2"), HasSubstr("not valid"),
                          HasSubstr("takes no list"), HasSubstr("Example: ")))
            << text;
    }
}

TEST(Settings, SecretsOfTheClientAreNotShown) {
    SettingSources sources;
    sources.environment = {{"FISCUS_KAFKA__CLIENT", "sasl.username=a,sasl.password=b=c"}};
    const auto settings = Settings::load(sources);
    ASSERT_TRUE(settings.ok());
    EXPECT_THAT(settings.value().pairs(Setting::kafka_client),
                ::testing::ElementsAre(::testing::Pair("sasl.username", "a"),
                                       ::testing::Pair("sasl.password", "b=c")));
    EXPECT_EQ(settings.value().shown(Setting::kafka_client),
              "sasl.username=a,sasl.password=(not shown)");
}

TEST(Sizes, KnowBinaryUnitsOnlyAndNeverOverflow) {
    EXPECT_EQ(size_from_text("1024"), 1'024);
    EXPECT_EQ(size_from_text("512KiB"), 512 * 1'024);
    EXPECT_EQ(size_from_text("3GiB"), 3LL << 30);
    EXPECT_EQ(size_from_text("1GB"), std::nullopt);
    EXPECT_EQ(size_from_text(""), std::nullopt);
    EXPECT_EQ(size_from_text("GiB"), std::nullopt);
    EXPECT_EQ(size_from_text("-1MiB"), std::nullopt);
    EXPECT_EQ(size_from_text("9999999999999TiB"), std::nullopt);
}

TEST(NearestWord, FindsASlipAndNothingFarAway) {
    EXPECT_EQ(nearest_word("--evnts", {"--events", "--seed"}), "--events");
    EXPECT_EQ(nearest_word("zzzzzz", {"--events", "--seed"}), std::nullopt);
}

}  // namespace
}  // namespace fiscus::app
