// `fiscus explain POSITION`: what became of one event and why, in a sentence that tells its sender
// what to do, in English and Chinese.
#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/journal_json.h"
#include "engine/app/journal_walk.h"
#include "engine/app/open.h"
#include "engine/base/ids.h"
#include "engine/base/reasons.h"
#include "engine/log/topics.h"

namespace fiscus::app {
namespace {

struct Place {
    std::int32_t partition = 0;
    std::int64_t position = 0;
};

// "1234" or "3:1234".
std::optional<Place> place_from_text(std::string_view text) {
    Place place;
    const std::size_t colon = text.find(':');
    const auto read = [](std::string_view digits, auto& number) {
        const char* const end = digits.data() + digits.size();
        const auto [stopped, error] = std::from_chars(digits.data(), end, number);
        return !digits.empty() && error == std::errc() && stopped == end && number >= 0;
    };
    if (colon != std::string_view::npos && !read(text.substr(0, colon), place.partition)) {
        return std::nullopt;
    }
    const std::string_view rest = colon == std::string_view::npos ? text : text.substr(colon + 1);
    return read(rest, place.position) ? std::optional(place) : std::nullopt;
}

// What is kept of an entry after the walk has moved on.
struct Found {
    wire::Entry entry;
    std::vector<wire::Posting> postings;
    std::vector<std::byte> detail;
    EntryPlace place;
};

class Explain final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "explain",
            .summary = "Say what became of an event and why it was refused",
            .example = "fiscus explain 0:1234 --log /tmp/demo/log",
            .details =
                "POSITION is the event's offset in the events topic, with the partition in front "
                "of a colon when it is not 0. With --sequence it is a ledger sequence number.",
            .settings = {Setting::log_directory, Setting::kafka_bootstrap}};
    }

    void declare(CLI::App& options) override {
        options.add_option("POSITION", position_, "Offset, or PARTITION:OFFSET")->required();
        options.add_flag("--sequence", by_sequence_, "POSITION is a ledger sequence number");
        options.add_flag("--json", json_, "As JSON, the whole journal entry with it");
    }

    Result<ExitCode> run(Context& context) override {
        const auto place = place_from_text(position_);
        if (!place) {
            return Error{ErrorCode::usage, fmt::format("`{}` is no position", position_), "",
                         "Examples: 1234, or 3:1234 for partition 3."};
        }
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::existing));
        FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(*log, log::journal_topic));
        if (place->partition >= partitions) {
            return Error{ErrorCode::usage,
                         fmt::format("there is no partition {}", place->partition),
                         fmt::format("the topics have partitions 0 to {}", partitions - 1), ""};
        }
        std::optional<Found> found;
        FISCUS_TRY(walk_journal(*log, place->partition, [&](const WalkedEntry& walked) {
            const std::int64_t here = by_sequence_
                                          ? static_cast<std::int64_t>(walked.entry->sequence())
                                          : walked.entry->input_offset();
            if (here < place->position) {
                return true;
            }
            if (here == place->position) {
                found = Found{*walked.entry,
                              {walked.postings.begin(), walked.postings.end()},
                              {walked.detail.begin(), walked.detail.end()},
                              {place->partition, walked.block_offset, walked.term}};
            }
            return false;
        }));
        if (!found) {
            return Error{
                ErrorCode::not_found,
                fmt::format("the journal of partition {} has no entry for {} {}", place->partition,
                            by_sequence_ ? "sequence" : "offset", place->position),
                "", "The engine may not have come so far: `fiscus run --until-end`."};
        }
        context.console.print(json_ ? json_text(*found) : people_text(*found));
        return ExitCode::success;
    }

private:
    static std::string json_text(const Found& found) {
        const ReasonText& reason = reason_text(static_cast<wire::Reason>(found.entry.reason()));
        JsonWriter entry;
        append_entry(entry, found.place, found.entry, found.postings, found.detail);
        JsonWriter json;
        json.begin_object();
        json.field("outcome", outcome_word(found.entry.outcome()));
        json.key("reason");
        if (reason.name.empty()) {
            json.null();
        } else {
            json.string(reason.name);
            json.field("english", reason.english);
            json.field("chinese", reason.chinese);
        }
        json.key("entry");
        json.raw(entry.text());
        json.end_object();
        return json.text() + "\n";
    }

    static std::string people_text(const Found& found) {
        const wire::Entry& entry = found.entry;
        const ReasonText& reason = reason_text(static_cast<wire::Reason>(entry.reason()));
        std::string text =
            fmt::format("partition {}, offset {}, ledger sequence {}: {}", found.place.partition,
                        entry.input_offset(), entry.sequence(), outcome_word(entry.outcome()));
        const bool repeat = static_cast<wire::Outcome>(entry.outcome()) == wire::Outcome::duplicate;
        if (!reason.name.empty()) {
            text += fmt::format("{} {} ({})\n  {}\n  {}\n",
                                repeat ? ", a repeat of an event that was refused because of" : ",",
                                reason.name, entry.reason(), reason.english, reason.chinese);
        } else {
            text += repeat ? ", a repeat of an event that was accepted\n" : "\n";
        }
        if (entry.kind() != 0) {
            text += fmt::format(
                "{} of programme {}, source {}, number {}, key {}\noccurred {}, logged {}\n",
                kind_word(entry.kind()), entry.programme(), entry.source(), entry.source_sequence(),
                to_hex(Id128{.hi = entry.key().hi(), .lo = entry.key().lo()}),
                instant_words(entry.occurred_at_us()), instant_words(entry.logged_at_us()));
        } else if (!found.detail.empty()) {
            text += fmt::format("first bytes {}\n", hex_text(found.detail));
        }
        return text;
    }

    std::string position_;
    bool by_sequence_ = false;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_explain() { return std::make_unique<Explain>(); }

}  // namespace fiscus::app
