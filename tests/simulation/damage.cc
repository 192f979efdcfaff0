#include "tests/simulation/damage.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "schemas/events_generated.h"
#include "tests/support/rows.h"

namespace fiscus::simulation {
namespace {

using std::chrono::milliseconds;

// More than any damage needs: each process may be told twice what to do.
constexpr int remedies_max = 20;

std::string_view name_of(Harm harm) {
    switch (harm) {
        case Harm::tail_lost: return "tail lost";
        case Harm::tail_rewritten: return "tail rewritten";
        case Harm::head_lost: return "head removed";
        case Harm::made_anew: return "made anew";
    }
    return "";
}

// Bytes that mean nothing: the signature of a source without a key, and what the struct Origin ends
// with to fill a multiple of eight.
bool means_nothing(const log::StoredRecord& record, std::uint64_t byte) {
    constexpr std::uint64_t filling = 2;
    const auto* value = reinterpret_cast<const std::uint8_t*>(record.words.data());
    flatbuffers::Verifier verifier(value, record.value_bytes);
    if (!wire::VerifyEventBuffer(verifier)) {
        return false;
    }
    const auto lies_in = [&](const void* part, std::uint64_t bytes) {
        return byte - static_cast<std::uint64_t>(static_cast<const std::uint8_t*>(part) - value) <
               bytes;
    };
    const wire::Event& event = *wire::GetEvent(value);
    const auto* signature = event.signature();
    return (signature != nullptr && lies_in(signature->data(), signature->size())) ||
           (event.origin() != nullptr &&
            lies_in(reinterpret_cast<const std::uint8_t*>(event.origin() + 1) - filling, filling));
}

bool says(const Error& error, std::string_view words) {
    return error.hint.find(words) != std::string::npos;
}

}  // namespace

bool Operator::events_harmed() const {
    return damage_.has_value() && damage_->topic == log::events_topic;
}

bool Operator::of_rows() const { return topic_name() == "rows"; }

std::string_view Operator::topic_name() const {
    return damage_->topic == log::events_topic    ? "events"
           : damage_->topic == log::journal_topic ? "journal"
                                                  : "rows";
}

std::int64_t Operator::journal_end() const {
    const bool written_anew = damage_.has_value() && damage_->topic == log::journal_topic &&
                              damage_->harm == Harm::tail_rewritten;
    return written_anew ? damage_->at : std::numeric_limits<std::int64_t>::max();
}

Operator::Journaled Operator::journaled() const {
    Journaled found;
    const auto log = world_.cluster.connect();
    auto reader = journal::JournalReader::open(*log, world_.partition, {});
    while (reader.ok()) {
        auto block = reader.value()->next(milliseconds(0));
        if (!block.ok() || !block->has_value()) {
            break;
        }
        found.blocks.push_back((*block)->offset);
        found.last_event = (*block)->view.entries().back().input_offset();
    }
    return found;
}

void Operator::harm() {
    property::Random& random = world_.random;
    const std::uint64_t of = random.below(3);
    std::vector<std::string_view> topics = {log::events_topic};
    if (of == 1) {
        topics = {log::journal_topic};
    } else if (of == 2) {
        topics = {support::row_topics.begin(), support::row_topics.end()};
    }
    std::erase_if(topics, [this](std::string_view topic) {
        return world_.cluster.stored(topic, world_.partition).empty();
    });
    if (topics.empty()) {
        return;
    }
    const std::string_view topic = random.pick(topics);
    const Cluster::Records& records = world_.cluster.stored(topic, world_.partition);
    const auto end = static_cast<std::int64_t>(records.size());
    const std::int64_t some = random.between<std::int64_t>(1, random.chance(500) ? 3 : end);
    Damage damage{.topic = std::string(topic),
                  .harm = static_cast<Harm>(random.below(4)),
                  .at = std::max<std::int64_t>(0, end - some),
                  .copy = records};
    const auto log = world_.cluster.connect();
    damage.identity = log->describe(topic).value()->identity;
    const Journaled journaled = this->journaled();
    if (damage.harm == Harm::tail_rewritten && topic == log::events_topic) {
        // What nobody has read yet is what it is.
        damage.at = std::min(damage.at, journaled.last_event);
        if (damage.at < 0) {
            return;
        }
    }
    damage_ = std::move(damage);
    world_.damaged = true;
    switch (damage_->harm) {
        case Harm::tail_lost: world_.cluster.lose_tail(topic, world_.partition, damage_->at); break;
        case Harm::tail_rewritten:
            rewrite(damage_->at, topic == log::events_topic ? journaled.last_event + 1 : end);
            break;
        case Harm::head_lost:
            damage_->at = std::min(some, end);
            world_.cluster.lose_head(topic, world_.partition, damage_->at);
            break;
        case Harm::made_anew:
            damage_->at = 0;
            world_.cluster.make_anew(topic, world_.partition, damage_->identity + ", anew");
            break;
    }
    set_expectation(journaled);
    const std::string what =
        std::string(topic_name()) + " topic: " + std::string(name_of(damage_->harm));
    world_.faults.count(what);
    world_.trace.note(what, static_cast<std::uint64_t>(damage_->at));
}

// Same offsets, other bytes.
void Operator::rewrite(std::int64_t from, std::int64_t end) {
    Cluster::Records records = damage_->copy;
    for (std::int64_t offset = from; offset < end; ++offset) {
        log::StoredRecord& record = records[static_cast<std::size_t>(offset)];
        if (record.hole) {
            continue;
        }
        if (record.value_bytes == 0) {
            record.value_is_null = false;
            record.words = {0x6e616d6f72736574};
            record.value_bytes = 8;
            continue;
        }
        std::uint64_t byte = world_.random.below(record.value_bytes);
        while (damage_->topic == log::events_topic && means_nothing(record, byte)) {
            byte = world_.random.below(record.value_bytes);
        }
        record.words[byte / 8] ^= std::uint64_t{1} << (byte % 8 * 8);
    }
    world_.cluster.replace(damage_->topic, world_.partition, std::move(records));
}

// Of whoever begins from nothing.
void Operator::set_expectation(const Journaled& journaled) {
    const auto is_there = [](const log::StoredRecord& record) { return !record.hole; };
    const Cluster::Records& copy = damage_->copy;
    const auto at = copy.begin() + static_cast<std::ptrdiff_t>(damage_->at);
    bool& must = damage_->must_be_noticed;
    switch (damage_->harm) {
        case Harm::head_lost: must = true; break;
        case Harm::tail_lost:
        case Harm::made_anew:
            // The journal grows again from the events, rows from the journal.
            must = damage_->topic == log::events_topic && journaled.last_event >= damage_->at;
            break;
        case Harm::tail_rewritten:
            if (damage_->topic == log::events_topic) {
                const auto end = copy.begin() + journaled.last_event + 1;
                must = std::any_of(at, end, is_there);
            } else if (of_rows()) {
                must = std::any_of(at, copy.end(), is_there);
            } else {
                // A claim may say another name; what the last block of all says is known to its
                // successor.
                const auto& blocks = journaled.blocks;
                must = blocks.size() > 1 && blocks[blocks.size() - 2] >= damage_->at;
            }
            break;
    }
}

std::optional<Operator::Refusal> Operator::audit(bool after_work) {
    const std::filesystem::path state = folder_ / ("audit" + std::to_string(++audits_));
    EngineProcess engine(world_, "auditing engine", state / "engine");
    StatisticsProcess statistics(world_, "auditing statistics", state / "statistics",
                                 projections::Publishing::compare);
    engine.start();
    engine.run_on();
    engine.kill();
    if (engine.last_error()) {
        return Refusal{.whose = all_.front(), .from_nothing = true, .error = *engine.last_error()};
    }
    statistics.start();
    statistics.run_on();
    // A journal that lost its tail is behind the rows until the engines have worked.
    if (statistics.up() && after_work && statistics.finds_too_much()) {
        return Refusal{.whose = all_.back(),
                       .error = {.code = ErrorCode::diverged,
                                 .what = "there are rows that the journal does not give",
                                 .why = "",
                                 .hint = "make the statistics topics anew"}};
    }
    statistics.kill();
    if (statistics.last_error()) {
        return Refusal{
            .whose = all_.back(), .from_nothing = true, .error = *statistics.last_error()};
    }
    return std::nullopt;
}

void Operator::find(const std::string& what) {
    if (world_.finding.empty()) {
        world_.finding = damage_->topic + ", " + std::string(name_of(damage_->harm)) + " at " +
                         std::to_string(damage_->at) + ": " + what;
    }
}

void Operator::repair() {
    if (!damage_) {
        return;
    }
    for (Process* process : all_) {
        process->kill();
    }
    std::optional<Refusal> wrong = audit(false);
    if (damage_->must_be_noticed && !wrong) {
        find("nobody noticed");
    }
    int remedies = 0;
    for (bool whole = false; !whole && world_.finding.empty();) {
        if (wrong) {
            remedy(*wrong);
        }
        // What was restored may be behind what others have: all of them, from the first.
        wrong = first_refusal();
        if (!wrong) {
            wrong = audit(true);
            whole = !wrong;
        }
        if (++remedies > remedies_max) {
            find("the messages' remedies do not help");
        }
    }
    if (events_harmed() && !damage_->restored) {
        // Nobody had read what is gone: its publishers, who were not told that it is kept, send it
        // once more.
        restore();
    }
    damage_.reset();
    world_.damaged = false;
    world_.rows_term = 0;
    world_.trace.note("the operator is done", static_cast<std::uint64_t>(remedies));
}

std::optional<Operator::Refusal> Operator::refusal_of(Process& process) {
    const bool from_nothing = process.wiped();
    process.start();
    process.run_on();
    process.kill();
    if (!process.last_error()) {
        return std::nullopt;
    }
    return Refusal{.whose = &process, .from_nothing = from_nothing, .error = *process.last_error()};
}

std::optional<Operator::Refusal> Operator::first_refusal() {
    for (Process* process : all_) {
        if (auto refusal = refusal_of(*process)) {
            return refusal;
        }
    }
    return std::nullopt;
}

// Where a message names two ways, either will do.
void Operator::remedy(const Refusal& refusal) {
    const Error& error = refusal.error;
    const bool may_restore =
        !damage_->restored && (says(error, "estore") || says(error, "fiscus replay"));
    const bool may_wipe = says(error, "emove the state") || says(error, "elete the state") ||
                          says(error, "rebuild the state") || says(error, "it is rebuilt");
    const bool may_make_anew = says(error, "topics anew");
    world_.faults.count("operator: " + std::string(code_name(error.code)) + " of the " +
                        std::string(topic_name()) + " mended");
    if (may_restore && (refusal.from_nothing || world_.random.chance(500))) {
        restore();
    } else if (may_make_anew) {
        for (const std::string_view topic : support::row_topics) {
            world_.cluster.make_anew(topic, world_.partition, "anew " + std::to_string(++audits_));
        }
        for (Process* publisher : publishers_) {
            publisher->wipe();
        }
    } else if (may_wipe) {
        refusal.whose->wipe();
    } else if (may_restore) {
        restore();
    } else if (!says(error, "start again")) {
        find(refusal.whose->name() + "'s message says nothing that helps: " + error.text());
    }
}

void Operator::restore() {
    world_.cluster.restore(damage_->topic, world_.partition, damage_->copy, damage_->identity);
    damage_->restored = true;
    world_.trace.note("a topic is restored");
}

}  // namespace fiscus::simulation
