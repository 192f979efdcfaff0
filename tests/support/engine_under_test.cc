#include "tests/support/engine_under_test.h"

#include <algorithm>
#include <vector>

#include "engine/apply/keys.h"
#include "engine/base/check.h"
#include "engine/runtime/core.h"
#include "engine/state/store.h"
#include "tests/support/day_keys.h"
#include "tests/support/source_keys.h"

namespace fiscus::support {
namespace {

// Lends a store to one State after the other.
class LentStore final : public state::StateStore {
public:
    explicit LentStore(state::StateStore& store) : store_(store) {}

    Status get_many(std::span<const state::EncodedKey> keys, const Found& found) override {
        return store_.get_many(keys, found);
    }
    Status scan(state::TableId table, const Visit& visit) override {
        return store_.scan(table, visit);
    }
    Status scan_group(const state::Key& group, const Visit& visit) override {
        return store_.scan_group(group, visit);
    }
    Result<std::optional<Id128>> last_id(state::TableId table,
                                         std::uint32_t programme,
                                         std::uint32_t part) override {
        return store_.last_id(table, programme, part);
    }
    Status write(const state::WriteSet& set) override { return store_.write(set); }
    [[nodiscard]] bool stalled() const override { return store_.stalled(); }
    [[nodiscard]] std::uint64_t compaction_debt_bytes() const override {
        return store_.compaction_debt_bytes();
    }

private:
    state::StateStore& store_;
};

void must(const Status& status) { FISCUS_CHECK(status.ok(), "a store in memory does not fail"); }

Bytes bytes_of(const std::string& text) { return as_byte_span(text); }

draw::Digest digest_of(const std::string& key) {
    draw::Digest digest;
    std::ranges::copy(bytes_of(key), digest.begin());
    return digest;
}

// Keys of the chains and of the sources that tests have named.
class NamedKeys final : public apply::Keys {
public:
    Result<std::optional<draw::Digest>> day_key(const apply::KeyChain& chain,
                                                std::uint32_t number) override {
        const std::string head(as_text(chain.head));
        const std::optional<std::string> last = last_key_of(head);
        if (!last) {
            return std::optional<draw::Digest>();
        }
        const auto kind = chain.hash == draw::HashKind::sha256 ? reference::HashKind::sha256
                                                               : reference::HashKind::sm3;
        std::string key = *last;
        for (std::uint32_t day = chain.days; day > number; --day) {
            key = reference::hash_of(kind, key);
        }
        return std::optional(digest_of(key));
    }

    Result<std::optional<draw::Digest>> source_key(const apply::CommittedKey& key) override {
        const auto secret = secret_of_commitment(std::string(as_text(key.commitment)));
        return secret ? std::optional(digest_of(*secret)) : std::optional<draw::Digest>();
    }
};

class Engine final : public EngineUnderTest {
public:
    Engine(Shard shard, const EngineOptions& options)
        : shard_{.partition = shard.partition, .partitions = shard.partitions},
          options_(options),
          store_(state::make_memory_store()) {
        open();
    }

    std::vector<reference::Answer> feed(std::span<const reference::Input> inputs) override {
        records_.clear();
        for (const reference::Input& input : inputs) {
            log::Record& record = records_.emplace_back();
            record.offset = input.offset;
            record.timestamp_us = input.timestamp_us;
            record.key_is_null = !input.key.has_value();
            record.value_is_null = !input.value.has_value();
            record.key = input.key ? bytes_of(*input.key) : Bytes();
            record.value = input.value ? bytes_of(*input.value) : Bytes();
        }
        out_.clear();
        const auto applied = core_->turn(records_, out_);
        FISCUS_CHECK(applied.ok(), "a store in memory does not fail");
        std::vector<reference::Answer> answers;
        const wire::Posting* posting = out_.postings.data();
        for (const wire::Entry& entry : out_.entries) {
            answers.push_back(reference::answer_of(entry, posting));
            posting += entry.postings();
        }
        FISCUS_CHECK(posting == out_.postings.data() + out_.postings.size(),
                     "every posting belongs to an entry");
        settle_turn();
        return answers;
    }

    std::string digest() override { return to_hex(core_->digest()); }
    [[nodiscard]] const journal::Entries& last_turn() const override { return out_; }

    std::map<reference::Account, reference::Sum> balances() override {
        std::map<reference::Account, reference::Sum> held;
        state_->accounts.for_each([&held](const state::Key& key,
                                          const state::AccountRecord& record) {
            const reference::Account account = {.kind = static_cast<wire::AccountKind>(key.id.hi),
                                                .programme = key.programme,
                                                .batch = key.part,
                                                .key = key.id.lo};
            if (record.fen != 0) {
                held.emplace(account, record.fen);
            }
        });
        return held;
    }

private:
    void open() {
        auto opened = state::State::open(std::make_unique<LentStore>(*store_),
                                         {.cache_bytes_max = options_.cache_bytes_max,
                                          .hot_bytes_free = options_.hot_bytes_free});
        FISCUS_CHECK(opened.ok(), "a store in memory opens");
        state_ = std::move(opened).value();
        core_ = std::make_unique<runtime::Core>(shard_, *state_, next_sequence_, &keys_);
    }

    void settle_turn() {
        next_sequence_ = core_->next_sequence();
        ++turns_;
        const bool reopens =
            options_.reopen_after_turns != 0 && turns_ % options_.reopen_after_turns == 0;
        if (options_.fold_each_turn || reopens) {
            const std::string position = std::to_string(next_sequence_);
            must(state_->fold(bytes_of(position)));
        }
        if (reopens) {
            must(state_->flush());
            core_.reset();
            state_.reset();
            open();
        }
    }

    decode::Shard shard_;
    EngineOptions options_;
    NamedKeys keys_;
    std::unique_ptr<state::StateStore> store_;
    std::unique_ptr<state::State> state_;
    std::unique_ptr<runtime::Core> core_;
    std::uint64_t next_sequence_ = 1;
    std::uint32_t turns_ = 0;
    std::vector<log::Record> records_;
    journal::Entries out_;
};

}  // namespace

std::unique_ptr<EngineUnderTest> make_engine(Shard shard, const EngineOptions& options) {
    return std::make_unique<Engine>(shard, options);
}

}  // namespace fiscus::support
