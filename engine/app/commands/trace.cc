// `fiscus trace VOUCHER`: the life of a voucher: its claim, redemptions, refunds and void, refused
// tries included, each with its postings and the event that caused it.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include <flatbuffers/flatbuffers.h>
#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/convert/event_json.h"
#include "engine/app/journal_json.h"
#include "engine/app/journal_walk.h"
#include "engine/app/open.h"
#include "engine/app/output/table.h"
#include "engine/base/ids.h"
#include "engine/base/reasons.h"
#include "engine/log/topics.h"
#include "schemas/events_generated.h"

namespace fiscus::app {
namespace {

constexpr std::chrono::seconds read_wait{10};

struct Step {
    EntryPlace place;
    wire::Entry entry;
    std::vector<wire::Posting> postings;
    std::string event;  // canonical JSON; empty when the record is no event
};

Id128 id_of(const wire::Id128& id) { return {.hi = id.hi(), .lo = id.lo()}; }

// Picks the entries of one voucher while the journal goes by.
class Life {
public:
    explicit Life(Id128 voucher) : voucher_(voucher) {}

    bool concerns(const WalkedEntry& walked) {
        const wire::Entry& entry = *walked.entry;
        const Id128 subject = id_of(entry.subject());
        const auto kind = static_cast<wire::EventBody>(entry.kind());
        if (kind == wire::EventBody::VoucherClaimed) {
            return id_of(entry.key()) == voucher_;
        }
        if (kind == wire::EventBody::VoucherVoided) {
            return subject == voucher_;
        }
        if (kind == wire::EventBody::RedemptionRefunded) {
            return std::ranges::find(redemptions_, std::pair(entry.programme(), subject)) !=
                   redemptions_.end();
        }
        if (kind != wire::EventBody::VoucherRedeemed ||
            (subject != voucher_ && !lists_voucher(walked.detail))) {
            return false;
        }
        redemptions_.emplace_back(entry.programme(), id_of(entry.key()));
        return true;
    }

private:
    // A stacked order's exact event is kept with its entry.
    [[nodiscard]] bool lists_voucher(Bytes detail) const {
        // The journal gives no promise about alignment, a FlatBuffer wants 8 bytes.
        std::vector<std::uint64_t> words((detail.size() + 7) / 8);
        std::memcpy(words.data(), detail.data(), detail.size());
        const auto* const bytes = reinterpret_cast<const std::uint8_t*>(words.data());
        flatbuffers::Verifier verifier(bytes, detail.size());
        if (!verifier.VerifyBuffer<wire::Event>(wire::EventIdentifier())) {
            return false;
        }
        const auto* const redeemed = wire::GetEvent(bytes)->body_as_VoucherRedeemed();
        if (redeemed == nullptr || redeemed->vouchers() == nullptr) {
            return false;
        }
        return std::ranges::any_of(*redeemed->vouchers(), [this](const wire::Id128* id) {
            return id_of(*id) == voucher_;
        });
    }

    Id128 voucher_;
    std::vector<std::pair<std::uint32_t, Id128>> redemptions_;
};

class Trace final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "trace",
                .summary = "Show the life of a voucher",
                .example = "fiscus trace 0195505bc4a07c31a1f0d3b7b5d2f0aa --log /tmp/demo/log",
                .details =
                    "VOUCHER is the voucher's id, which is the natural key of its claim: 32 "
                    "hexadecimal digits, with or without hyphens. Reads the whole journal.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap}};
    }

    void declare(CLI::App& options) override {
        options.add_option("VOUCHER", voucher_, "Id of the voucher")->required();
        options.add_flag("--json", json_, "As JSON");
    }

    Result<ExitCode> run(Context& context) override {
        const auto voucher = id128_from_hex(voucher_);
        if (!voucher) {
            return Error{ErrorCode::usage, fmt::format("`{}` is no id", voucher_), "",
                         "An id is 32 hexadecimal digits, with or without hyphens."};
        }
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::existing));
        FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(*log, log::journal_topic));
        std::vector<Step> steps;
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            Life life(*voucher);
            const std::size_t before = steps.size();
            FISCUS_TRY(walk_journal(*log, partition, [&](const WalkedEntry& walked) {
                if (life.concerns(walked)) {
                    steps.push_back({{partition, walked.block_offset, walked.term},
                                     *walked.entry,
                                     {walked.postings.begin(), walked.postings.end()},
                                     ""});
                }
                return true;
            }));
            for (std::size_t index = before; index < steps.size(); ++index) {
                FISCUS_TRY(read_event(*log, steps[index]));
            }
        }
        if (steps.empty()) {
            return Error{
                ErrorCode::not_found,
                fmt::format("the journal knows no voucher {}", to_hex(*voucher)), "",
                "Check the id; `fiscus log dump --topic journal --json` lists all entries."};
        }
        context.console.print(json_ ? json_text(steps) : people_text(*voucher, steps));
        return ExitCode::success;
    }

private:
    static Status read_event(log::Log& log, Step& step) {
        FISCUS_ASSIGN(const auto reader, log.reader(log::events_topic, step.place.partition,
                                                    step.entry.input_offset()));
        FISCUS_ASSIGN(const auto records, reader->read(1, read_wait));
        if (records.empty() || records[0].offset != step.entry.input_offset()) {
            return Error{ErrorCode::log_mismatch,
                         fmt::format("the event at offset {} of partition {} is not in the log",
                                     step.entry.input_offset(), step.place.partition),
                         "the journal speaks of it", "The log was cut: restore it from a copy."};
        }
        auto json = convert::event_to_json(records[0].value);
        step.event = json.ok() ? std::move(json).value() : "";
        return Done{};
    }

    static std::string json_text(const std::vector<Step>& steps) {
        std::string text = "[";
        JsonWriter json;
        for (const Step& step : steps) {
            json.clear();
            json.begin_object();
            JsonWriter entry;
            append_entry(entry, step.place, step.entry, step.postings, {});
            json.key("entry");
            json.raw(entry.text());
            json.key("event");
            json.raw(step.event.empty() ? "null" : step.event);
            json.end_object();
            text += (text.size() > 1 ? ",\n " : "\n ") + json.text();
        }
        return text + "\n]\n";
    }

    static std::string people_text(Id128 voucher, const std::vector<Step>& steps) {
        std::string text = fmt::format("voucher {}\n", to_hex(voucher));
        for (const Step& step : steps) {
            const wire::Entry& entry = step.entry;
            text +=
                fmt::format("\n{}  {} {}  ledger sequence {}:{}\n",
                            instant_words(entry.occurred_at_us()), kind_word(entry.kind()),
                            outcome_word(entry.outcome()), step.place.partition, entry.sequence());
            if (entry.reason() != 0) {
                const ReasonText& reason = reason_text(static_cast<wire::Reason>(entry.reason()));
                const bool repeat =
                    static_cast<wire::Outcome>(entry.outcome()) == wire::Outcome::duplicate;
                text += fmt::format("{}  {}\n  {}\n",
                                    repeat ? "  a repeat of an event that was refused:\n" : "",
                                    reason.english, reason.chinese);
            }
            for (const wire::Posting& posting : step.postings) {
                text += fmt::format("  {} → {}  {} yuan\n", account_text(posting.debit()),
                                    account_text(posting.credit()),
                                    yuan_text(posting.amount_fen(), true));
            }
            if (!step.event.empty()) {
                text += fmt::format("  {}\n", step.event);
            }
        }
        return text;
    }

    std::string voucher_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_trace() { return std::make_unique<Trace>(); }

}  // namespace fiscus::app
