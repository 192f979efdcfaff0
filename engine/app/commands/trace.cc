// `fiscus trace VOUCHER`: the life of a voucher: its claim, redemptions, refunds and void, refused
// tries and its expiry included, each with its postings and the event that caused it.
#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/app/account_words.h"
#include "engine/app/commands/commands.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/convert/event_json.h"
#include "engine/app/journal_json.h"
#include "engine/app/journal_walk.h"
#include "engine/app/open.h"
#include "engine/app/output/table.h"
#include "engine/app/output/utf8.h"
#include "engine/app/voucher_life.h"
#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/base/reasons.h"
#include "engine/base/time.h"
#include "engine/log/topics.h"
#include "schemas/events_generated.h"

namespace fiscus::app {
namespace {

constexpr std::chrono::seconds read_wait{10};

struct Step {
    LifeStep life;
    std::string event;  // canonical JSON; empty when the record is no event
};

struct Word {
    wire::EventBody kind;
    std::string_view chinese;
};
constexpr std::array<Word, 6> kinds{{
    {wire::EventBody::VoucherClaimed, "领取"},
    {wire::EventBody::VoucherRedeemed, "核销"},
    {wire::EventBody::RedemptionRefunded, "核销退款"},
    {wire::EventBody::VoucherVoided, "作废"},
    {wire::EventBody::ClockAdvanced, "时钟推进"},
    {wire::EventBody::BatchClosed, "批次关闭"},
}};

std::string kind_text(const wire::Entry& entry, Language language) {
    const auto found =
        std::ranges::find(kinds, static_cast<wire::EventBody>(entry.kind()), &Word::kind);
    const std::string word(kind_word(entry.kind()));
    return language == Language::chinese && found != kinds.end()
               ? fmt::format("{}（{}）", found->chinese, word)
               : word;
}

std::string_view outcome_text(std::uint8_t outcome, Language language) {
    if (language == Language::english) {
        return outcome_word(outcome);
    }
    switch (static_cast<wire::Outcome>(outcome)) {
        case wire::Outcome::accepted: return "已入账";
        case wire::Outcome::duplicate: return "重复";
        case wire::Outcome::refused: return "已拒绝";
        case wire::Outcome::quarantined: return "已隔离";
        case wire::Outcome::none: break;
    }
    return outcome_word(outcome);
}

// "2026-03-02T02:33:42.323805Z (2026-03-02 10:33:42 Asia/Shanghai)".
std::string both_times(std::int64_t instant_us, Language language) {
    std::string utc = instant_words(instant_us);
    if (instant_us < occurred_us_min || instant_us >= occurred_us_end) {
        return utc;
    }
    constexpr std::size_t whole_seconds = 19;
    std::string local = instant_text(instant_us + shanghai_offset_us).substr(0, whole_seconds);
    local[local.find('T')] = ' ';
    return language == Language::chinese ? fmt::format("{}（北京时间 {}）", utc, local)
                                         : fmt::format("{} ({} Asia/Shanghai)", utc, local);
}

class Trace final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "trace",
            .summary = "Show the life of a voucher",
            .example = "fiscus trace 0195505bc4a07c31a1f0d3b7b5d2f0aa --log /tmp/demo/log",
            .details =
                "VOUCHER is the voucher's id, which is the natural key of its claim: 32 "
                "hexadecimal digits, with or without hyphens. Shows refused tries too, and when "
                "the voucher expired: the entry that released its cohort, which is all "
                "vouchers of the batch with the same last day. Reads the whole journal.",
            .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                         Setting::output_language}};
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
        std::int64_t face_fen = 0;
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            VoucherLife life(*voucher);
            const std::size_t before = steps.size();
            FISCUS_TRY(walk_journal(*log, partition, [&](const WalkedEntry& walked) {
                if (auto step = life.take(partition, walked)) {
                    steps.push_back({std::move(*step), ""});
                }
                return true;
            }));
            face_fen = std::max(face_fen, life.face_fen());
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
        context.console.print(
            json_ ? json_text(steps)
                  : people_text(*voucher, steps, face_fen, language_of(context.settings)));
        return ExitCode::success;
    }

private:
    static Status read_event(log::Log& log, Step& step) {
        FISCUS_ASSIGN(const auto reader, log.reader(log::events_topic, step.life.place.partition,
                                                    step.life.entry.input_offset()));
        FISCUS_ASSIGN(const auto records, reader->read(1, read_wait));
        if (records.empty() || records[0].offset != step.life.entry.input_offset()) {
            return Error{ErrorCode::log_mismatch,
                         fmt::format("the event at offset {} of partition {} is not in the log",
                                     step.life.entry.input_offset(), step.life.place.partition),
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
            append_entry(entry, step.life.place, step.life.entry, step.life.postings, {});
            json.key("entry");
            json.raw(entry.text());
            json.key("event");
            json.raw(step.event.empty() ? "null" : step.event);
            json.field_boolean("expired", step.life.release);
            json.key("own_posting");
            if (step.life.own_posting) {
                json.number(static_cast<std::uint64_t>(*step.life.own_posting));
            } else {
                json.null();
            }
            json.end_object();
            text += (text.size() > 1 ? ",\n " : "\n ") + json.text();
        }
        return text + "\n]\n";
    }

    static std::string people_text(Id128 voucher,
                                   const std::vector<Step>& steps,
                                   std::int64_t face_fen,
                                   Language language) {
        const bool chinese = language == Language::chinese;
        std::string text = fmt::format("{} {}\n", chinese ? "券" : "voucher", to_hex(voucher));
        for (const Step& step : steps) {
            const wire::Entry& entry = step.life.entry;
            text += fmt::format("\n{}\n  {}  {}  {} {}:{}\n",
                                both_times(entry.occurred_at_us(), language),
                                kind_text(entry, language), outcome_text(entry.outcome(), language),
                                chinese ? "账序号" : "ledger sequence", step.life.place.partition,
                                entry.sequence());
            if (entry.reason() != 0) {
                const ReasonText& reason = reason_text(static_cast<wire::Reason>(entry.reason()));
                const bool repeat =
                    static_cast<wire::Outcome>(entry.outcome()) == wire::Outcome::duplicate;
                if (repeat) {
                    text += chinese ? "  此前已被拒绝的重复事件：\n"
                                    : "  a repeat of an event that was refused:\n";
                }
                text += fmt::format("  {}  {}\n", reason.name,
                                    chinese ? reason.chinese : reason.english);
            }
            text += remark(step.life, face_fen, language);
            text += posting_lines(step.life, language);
            if (!step.event.empty() && !step.life.release) {
                text += fmt::format("  {}\n", printable(step.event));
            }
        }
        return text;
    }

    // What the postings alone do not say.
    static std::string remark(const LifeStep& step, std::int64_t face_fen, Language language) {
        const bool chinese = language == Language::chinese;
        if (step.release) {
            return chinese ? fmt::format(
                                 "  已过期：同批次同一最后有效日的未用券一并收回，其中本券 {} 元\n",
                                 yuan_text(face_fen, true))
                           : fmt::format(
                                 "  expired: all unused vouchers of the batch with this last "
                                 "day go back; {} yuan of it is this voucher's\n",
                                 yuan_text(face_fen, true));
        }
        if (step.entry.vouchers() <= 1) {
            return {};
        }
        const unsigned vouchers = step.entry.vouchers();
        std::string text = chinese ? fmt::format("  该订单共用 {} 张券", vouchers)
                                   : fmt::format("  the order has {} vouchers", vouchers);
        if (step.own_posting) {
            text += chinese ? "，本券的分录标有 *" : "; the posting with * is this one's";
        }
        return text + "\n";
    }

    static std::string posting_lines(const LifeStep& step, Language language) {
        std::string text;
        for (std::size_t index = 0; index < step.postings.size(); ++index) {
            const wire::Posting& posting = step.postings[index];
            text += fmt::format("  {}{} → {}  {} {}\n", step.own_posting == index ? "* " : "",
                                account_words(posting.debit(), language),
                                account_words(posting.credit(), language),
                                yuan_text(posting.amount_fen(), true),
                                language == Language::chinese ? "元" : "yuan");
        }
        return text;
    }

    std::string voucher_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_trace() { return std::make_unique<Trace>(); }

}  // namespace fiscus::app
