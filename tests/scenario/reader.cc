#include "tests/scenario/reader.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>

#include "tests/scenario/verbs.h"
#include "tests/support/damage.h"
#include "tests/support/day_keys.h"
#include "tests/support/source_keys.h"

namespace fiscus::scenario {
namespace {

using support::Body;
using support::Envelope;

template <typename Enum>
std::map<std::string, Enum, std::less<>> names_of(std::string (*name)(Enum), int first, int last) {
    std::map<std::string, Enum, std::less<>> names;
    for (int number = first; number <= last; ++number) {
        const auto value = static_cast<Enum>(number);
        if (const std::string text = name(value); !text.empty()) {
            names.emplace(text, value);
        }
    }
    return names;
}

std::string reason_name(wire::Reason reason) { return wire::EnumNameReason(reason); }

std::string plain(const std::string& text) {
    std::string kept;
    for (const char c : text) {
        kept += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
    return kept;
}

constexpr std::uint16_t notary_source = 90;

// An event as it was sent or prepared, to be sent again.
struct Sent {
    Envelope envelope;
    Body body;
};

// Reads one scenario, line by line.
class Reader {
public:
    Reader(Scenario& scenario, std::filesystem::path root)
        : scenario_(scenario), root_(std::move(root)) {}

    void line(const std::string& place, const std::string& text);

private:
    void include(const std::string& name);
    void each(const std::string& place, const std::string& text);
    void event(Words& words, const std::string& expectation);
    void prepare(Words& words);
    void raw(Words& words, const std::string& expectation);
    static std::uint16_t actor(Words& words);
    const reference::Ledger& oracle();
    // How the record lies in the log.
    struct Wrapping {
        std::string key;
        bool key_is_null = false;
        std::int64_t timestamp_us = 0;
    };
    Sent sentence(Words& words, Wrapping& wrapping);
    void number(Sent& sent, std::optional<std::uint64_t> exact);
    Step& push(const reference::Input& input, wire::EventBody kind, const std::string& expectation);
    void posts(const std::string& text);
    void balance(const std::string& text);
    std::string damaged(Words& words, std::string value);

    Scenario& scenario_;
    std::filesystem::path root_;
    std::string place_;
    std::string text_;
    std::int64_t now_us_ = support::first_morning_us;
    std::uint32_t programme_ = 1;
    std::uint64_t keys_ = 0;
    std::map<std::pair<std::uint32_t, std::uint16_t>, std::pair<std::uint32_t, std::uint64_t>>
        numbers_;  // programme, source → epoch, last number
    std::map<std::string, Sent> named_;
    reference::Ledger oracle_{support::last_key_of, support::secret_of_commitment};
    std::size_t told_ = 0;  // steps that the oracle knows
};

Expectation expectation_of(const std::string& text) {
    static const std::map<std::string, wire::Reason, std::less<>> reasons =
        names_of<wire::Reason>(reason_name, 1, static_cast<int>(wire::Reason::MAX));
    static const std::map<std::string, wire::Outcome, std::less<>> outcomes = {
        {"accepted", wire::Outcome::accepted},
        {"duplicate", wire::Outcome::duplicate},
        {"refused", wire::Outcome::refused},
        {"quarantined", wire::Outcome::quarantined}};
    Words words(text);
    Expectation expected;
    expected.outcome = words.one_of(outcomes);
    // A duplicate says what the first answer said: nothing when that was accepted.
    if (expected.outcome == wire::Outcome::refused ||
        expected.outcome == wire::Outcome::quarantined ||
        (expected.outcome == wire::Outcome::duplicate && reasons.count(words.peek()) != 0)) {
        expected.reason = words.one_of(reasons);
    }
    while (!words.empty()) {
        const std::string name = words.take("field");
        std::string value = words.take("value of " + name);
        if (name == "subject" && value != "none") {
            const Id128 id = support::id_named(value);
            value = reference::text(reference::Id{.hi = id.hi, .lo = id.lo});
        }
        expected.fields.emplace_back(name, value);
    }
    return expected;
}

bool keeps_number(const Expectation& expected) {
    return expected.outcome == wire::Outcome::quarantined ||
           (expected.outcome == wire::Outcome::refused &&
            expected.reason < wire::Reason::occurred_in_future);
}

// Cuts the line at the arrow, if there is one.
std::pair<std::string, std::string> cut_at_arrow(const std::string& text) {
    for (const std::string arrow : {"→", "->"}) {
        const std::size_t at = text.find(arrow);
        if (at != std::string::npos) {
            return {text.substr(0, at), text.substr(at + arrow.size())};
        }
    }
    return {text, ""};
}

void Reader::line(const std::string& place, const std::string& text) {
    place_ = place;
    text_ = text;
    Words first(text);
    if (first.accept("each")) {
        return each(place, text);
    }
    if (first.accept("posts")) {
        return posts(text);
    }
    if (first.accept("balance")) {
        return balance(text);
    }
    const auto [deed, expectation] = cut_at_arrow(text);
    Words words(deed);
    if (words.accept("at")) {
        now_us_ = words.instant();
        if (words.empty()) {
            return;
        }
    }
    if (words.accept("include")) {
        include(words.take("file"));
    } else if (words.accept("programme")) {
        programme_ = words.number<std::uint32_t>("programme");
    } else if (words.accept("partition")) {
        scenario_.shard.partition = words.number<std::int32_t>("partition");
        words.expect("of");
        scenario_.shard.partitions = words.number<std::int32_t>("partitions");
    } else if (words.accept("prepare")) {
        prepare(words);
    } else if (words.accept("raw")) {
        raw(words, expectation);
    } else {
        event(words, expectation);
    }
    words.expect_end();
}

// each 1 to 9: LINE; the line is read for every number, with each * replaced by it.
void Reader::each(const std::string& place, const std::string& text) {
    const std::size_t colon = text.find(": ");
    if (colon == std::string::npos) {
        throw ScenarioError("it is: each FIRST to LAST: LINE");
    }
    Words range(text.substr(0, colon));
    range.expect("each");
    const auto first = range.number<int>("first number");
    range.expect("to");
    const auto last = range.number<int>("last number");
    range.expect_end();
    for (int number = first; number <= last; ++number) {
        std::string one = text.substr(colon + 2);
        for (std::size_t at = one.find('*'); at != std::string::npos; at = one.find('*', at)) {
            one.replace(at, 1, std::to_string(number));
        }
        line(place, one);
    }
}

void Reader::include(const std::string& name) {
    std::ifstream in(root_ / (name + ".setup"));
    if (!in) {
        throw ScenarioError("there is no " + name + ".setup");
    }
    int number = 0;
    for (std::string text; std::getline(in, text);) {
        ++number;
        if (!text.empty() && text[0] != '#') {
            line(name + ".setup:" + std::to_string(number), text);
        }
    }
}

std::uint16_t Reader::actor(Words& words) {
    if (words.accept("authority")) {
        return 1;
    }
    if (words.accept("platform")) {
        return static_cast<std::uint16_t>(words.number<std::uint16_t>("platform") + 1);
    }
    if (words.accept("notary")) {
        return notary_source;
    }
    words.expect("source");
    return words.number<std::uint16_t>("source");
}

// Only where a verb asks: most scenarios need none.
const reference::Ledger& Reader::oracle() {
    for (; told_ < scenario_.steps.size(); ++told_) {
        reference::Input input = scenario_.steps[told_].input;
        input.partition = scenario_.shard.partition;
        input.partitions = scenario_.shard.partitions;
        oracle_.apply(input);
    }
    return oracle_;
}

// Gives the next number of the source, or remembers an exact one.
void Reader::number(Sent& sent, std::optional<std::uint64_t> exact) {
    auto& [epoch, last] = numbers_[{sent.envelope.programme, sent.envelope.source}];
    if (sent.envelope.epoch != 0 && sent.envelope.epoch != epoch) {
        epoch = sent.envelope.epoch;
        last = 0;
    }
    epoch = std::max<std::uint32_t>(epoch, 1);
    sent.envelope.epoch = epoch;
    sent.envelope.sequence = exact.value_or(last + 1);
    last = std::max(last, sent.envelope.sequence);
}

// ACTOR does something, ACTOR repeats NAME, ACTOR resends NAME; then options.
Sent Reader::sentence(Words& words, Wrapping& wrapping) {
    Sent sent;
    const std::uint16_t source = actor(words);
    const bool resends = words.accept("resends");
    const bool repeats = !resends && words.accept("repeats");
    if (resends || repeats) {
        const std::string name = words.take("name");
        if (named_.count(name) == 0) {
            throw ScenarioError("nothing was named " + name);
        }
        sent = named_.at(name);
    } else {
        const Scene scene{.programme = programme_,
                          .oracle = [this]() -> const reference::Ledger& { return oracle(); }};
        Deed deed = read_deed(words, scene);
        sent.body = deed.body;
        sent.envelope.programme = programme_;
        sent.envelope.occurred_at_us = now_us_;
        sent.envelope.key = deed.key.value_or(Id128{.hi = programme_, .lo = ++keys_});
    }
    if (!resends) {
        sent.envelope.source = source;
        sent.envelope.epoch = 0;
    }
    std::optional<std::uint64_t> exact;
    std::optional<std::string> name;
    words.each(
        {{"key", [&] { sent.envelope.key = words.id(); }},
         {"number", [&] { exact = words.number<std::uint64_t>("number"); }},
         {"epoch", [&] { sent.envelope.epoch = words.number<std::uint32_t>("epoch"); }},
         {"occurred", [&] { sent.envelope.occurred_at_us = words.instant(); }},
         {"occurred_us",
          [&] { sent.envelope.occurred_at_us = words.number<std::int64_t>("instant"); }},
         {"named", [&] { name = words.take("name"); }},
         {"kind", [&] { sent.envelope.kind = words.number<std::uint8_t>("kind"); }},
         {"signed",
          [&] {
              sent.envelope.signing.emplace();
              sent.envelope.signing->number = words.number<std::uint32_t>("number of a key");
              words.expect("with");
              sent.envelope.signing->key = source_key(words);
          }},
         {"signature",
          [&] {
              sent.envelope.signing.reset();
              sent.envelope.signature = words.maybe_bytes();
          }},
         {"record_key",
          [&] {
              wrapping.key = words.take("key");
              wrapping.key_is_null = wrapping.key == "null";
          }},
         {"logged_us", [&] { wrapping.timestamp_us = words.number<std::int64_t>("instant"); }},
         {"without", [&] {
              const std::string part = words.take("part");
              sent.envelope.with_origin = part != "origin" && sent.envelope.with_origin;
              sent.envelope.with_key = part != "key" && sent.envelope.with_key;
              sent.envelope.with_body = part != "body" && sent.envelope.with_body;
          }}});
    if (!resends) {
        number(sent, exact);
    }
    if (name) {
        named_[*name] = sent;
    }
    return sent;
}

Step& Reader::push(const reference::Input& input,
                   wire::EventBody kind,
                   const std::string& expectation) {
    Step step;
    step.place = place_;
    step.text = text_;
    step.kind = kind;
    step.input = input;
    step.input.offset = static_cast<std::int64_t>(scenario_.steps.size());
    step.expected = expectation_of(expectation.empty() ? "accepted" : expectation);
    scenario_.steps.push_back(step);
    return scenario_.steps.back();
}

void Reader::event(Words& words, const std::string& expectation) {
    reference::Input input;
    Wrapping wrapping{.key = support::record_key(programme_), .timestamp_us = now_us_};
    const auto before = numbers_;
    const Sent sent = sentence(words, wrapping);
    input.timestamp_us = wrapping.timestamp_us;
    input.value = support::event_bytes(sent.envelope, sent.body);
    if (!wrapping.key_is_null) {
        input.key = wrapping.key;
    }
    const auto kind = sent.envelope.kind.value_or(static_cast<std::uint8_t>(sent.body.index()));
    const Step& step = push(input, static_cast<wire::EventBody>(kind), expectation);
    if (keeps_number(step.expected)) {
        numbers_ = before;
    }
}

void Reader::prepare(Words& words) {
    Wrapping wrapping;
    const auto before = numbers_;
    sentence(words, wrapping);
    numbers_ = before;
}

std::string Reader::damaged(Words& words, std::string value) {
    words.each({{"cut", [&] { value.resize(value.size() - words.number<std::size_t>("bytes")); }},
                {"append", [&] { value += words.bytes(); }},
                {"padded_to", [&] { value.resize(words.number<std::size_t>("bytes")); }},
                {"identifier", [&] { value.replace(4, 4, words.take("identifier")); }}});
    return value;
}

void Reader::raw(Words& words, const std::string& expectation) {
    reference::Input input;
    input.timestamp_us = now_us_;
    input.key = support::record_key(programme_);
    if (words.accept("null")) {
        input.value = std::nullopt;
    } else if (words.accept("empty")) {
        input.value = "";
    } else if (words.accept("bytes")) {
        input.value = words.bytes();
    } else if (words.accept("tables")) {
        input.value = support::table_bomb(words.number<std::uint32_t>("count"));
    } else if (words.accept("nested")) {
        input.value = support::depth_bomb();
    } else {
        const std::string name = words.take("name");
        if (named_.count(name) == 0) {
            throw ScenarioError("nothing was named " + name);
        }
        const Sent& sent = named_.at(name);
        input.value = damaged(words, support::event_bytes(sent.envelope, sent.body));
    }
    push(input, wire::EventBody::NONE, expectation);
}

// posts ACCOUNT → ACCOUNT AMOUNT, or: posts nothing
void Reader::posts(const std::string& text) {
    if (scenario_.steps.empty()) {
        throw ScenarioError("nothing was done that could post");
    }
    auto& postings = scenario_.steps.back().expected.postings;
    const auto [from, to] = cut_at_arrow(text);
    Words debit(from);
    debit.expect("posts");
    if (!postings) {
        postings.emplace();
    }
    if (debit.accept("nothing")) {
        return;
    }
    Words credit(to);
    reference::Posting posting;
    posting.debit = debit.account(programme_);
    posting.credit = credit.account(programme_);
    posting.amount_fen = credit.amount();
    debit.expect_end();
    credit.expect_end();
    postings->push_back(posting);
}

// balance ACCOUNT = AMOUNT
void Reader::balance(const std::string& text) {
    if (scenario_.steps.empty()) {
        throw ScenarioError("nothing was done yet");
    }
    Words words(text);
    words.expect("balance");
    Balance balance;
    balance.account = words.account(programme_);
    words.expect("=");
    balance.fen = words.amount();
    words.expect_end();
    scenario_.steps.back().balances.push_back(balance);
}

void read_file(const std::filesystem::path& path,
               const std::filesystem::path& root,
               std::vector<Scenario>& scenarios) {
    const std::string prefix =
        plain(path.parent_path().filename().string()) + "." + plain(path.stem().string());
    std::ifstream in(path);
    std::optional<Reader> reader;
    std::size_t open = scenarios.size();
    int number = 0;
    for (std::string text; std::getline(in, text);) {
        ++number;
        const std::string place =
            std::filesystem::relative(path, root).string() + ":" + std::to_string(number);
        try {
            Words words(text);
            if (words.empty() || words.peek()[0] == '#') {
                continue;
            }
            if (words.accept("scenario")) {
                open = scenarios.size();
                scenarios.emplace_back();
                scenarios[open].name = prefix + "." + plain(text.substr(text.find("scenario") + 9));
                reader.emplace(scenarios[open], root);
            } else if (!reader) {
                throw ScenarioError("a file begins with: scenario TITLE");
            } else {
                reader->line(place, text);
            }
        } catch (const ScenarioError& error) {
            throw ScenarioError(place + ": " + error.what() + "\n  " + text);
        }
    }
}

}  // namespace

std::vector<Scenario> read_scenarios(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".scenario") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    // Readers hold a reference to their scenario while a file is read.
    std::vector<Scenario> scenarios;
    for (const std::filesystem::path& file : files) {
        std::vector<Scenario> of_file;
        of_file.reserve(256);
        read_file(file, folder, of_file);
        std::move(of_file.begin(), of_file.end(), std::back_inserter(scenarios));
    }
    return scenarios;
}

}  // namespace fiscus::scenario
