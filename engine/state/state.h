// State of one partition: every table, the digest over all records, and the fold that writes what
// changed together with the position in one batch. State is a cache of the log: it may be deleted.
// Thread: one owner, which also collects a fold, in pieces between its turns; a thread of its own
// writes it, and another one touches memory for new records ahead (fresh_memory.h).
// Fails: only when the store does; after an error the process must stop and replay.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/state/fresh_memory.h"
#include "engine/state/newest.h"
#include "engine/state/records.h"
#include "engine/state/store.h"
#include "engine/state/table.h"
#include "engine/threads/worker.h"

namespace fiscus::state {

class Writer;

static_assert(sizeof(Table<ConsumerRecord>::Slot) == 64, "a consumer fills one cache line");

struct StateOptions {
    // Bytes of cold records in memory, with what finds them. When consumers have grown to their
    // part of it, new ones take the places of others; a generation of papers that has grown to its
    // part asks for a fold, and then one is forgotten.
    std::size_t cache_bytes_max = 192U << 20;
    // Hot records and definitions up to here are paid for elsewhere; what they take beyond it is
    // taken from the cache.
    std::size_t hot_bytes_free = 64U << 20;
    // Bytes of the copies from which changed records are written; more of them ask for a fold.
    std::size_t fold_bytes_max = 64U << 20;
    // Who writes what is folded.
    Background background = Background::threads;
};

// The sub of a definition's key.
enum class DefinitionKind : std::uint16_t {
    programme_or_batch = 0,
    instant_draw = 1,
    public_value = 2,
};

class State {
public:
    // Loads the hot tables. A store of another layout is an error that says: delete it.
    static Result<std::unique_ptr<State>> open(std::unique_ptr<StateStore> store,
                                               const StateOptions& options);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // Hot: complete in memory.
    Table<ProgrammeRecord> programmes{false};
    Table<PlatformRecord> platforms{false};
    Table<SourceRecord> sources{false};
    Table<SourceKeyRecord> source_keys{false};
    Table<BatchRecord> batches{false};
    Table<MerchantRecord> merchants{false};
    Table<AccountRecord> accounts{false};
    Table<CounterRecord> counters{false};
    Table<DepositorRecord> depositors{false};
    Table<PrizeDrawRecord> prize_draws{false};
    Table<PrizePlaceRecord> prize_places{false};
    Table<PrizeOrderRecord> prize_order{false};
    Table<DrawDayRecord> draw_days{false};
    // Cold: want() and load_wanted() before get() or change().
    Table<SourcePageRecord> source_pages{true};
    Table<SettlementRequestRecord> settlement_requests{true};
    Table<NaturalKeyRecord> natural_keys{true};
    Table<IdentityRecord> identities{true};
    Table<VoucherRecord> vouchers{true};
    Table<ConsumerRecord> consumers{true};
    Table<ConsumerClaimsRecord> consumer_claims{true};
    Table<RegistrationRecord> registrations{true};
    Table<RedemptionRecord> redemptions{true};
    Table<RedemptionVouchersRecord> redemption_vouchers{true};
    Table<InvoiceRecord> invoices{true};
    Table<TicketRecord> tickets{true};
    Table<DrawRequestRecord> draw_requests{true};
    Table<DrawWinsRecord> draw_wins{true};
    Table<ContactRecord> contacts{true};

    // Asks for a cold record; true when it is resident already (then nothing is to be loaded).
    bool want(const Key& key);
    // For a key that the caller knows to exist nowhere, unless it is resident already.
    void add_absent(const Key& key);
    // As want(), for many that load_wanted() looks up together.
    void want_soon(const Key& key) { asked_.push_back({.key = key}); }
    // Loads everything asked for with one MultiGet.
    Status load_wanted();

    // Every ticket of a batch as it is now, ascending by its id.
    using VisitTicket = std::function<void(Id128 ticket, const TicketRecord& record)>;
    Status for_each_ticket(ProgrammeId programme, BatchId batch, const VisitTicket& visit);

    // Exact bytes of events that others are judged by.
    struct DefinitionKey {
        std::uint32_t programme = 0;
        // ProgrammeOpened 0, BatchOpened and PrizeBatchOpened their batch, InstantDrawOpened its
        // first day, PublicValuePublished its day.
        std::uint32_t part = 0;
        DefinitionKind kind = DefinitionKind::programme_or_batch;
        friend auto operator<=>(const DefinitionKey&, const DefinitionKey&) = default;
    };
    using Definitions = std::map<DefinitionKey, std::vector<std::byte>>;
    void define(const DefinitionKey& key, Bytes event);
    [[nodiscard]] const Definitions& definitions() const { return definitions_; }

    // A changed record: `state.change(state.vouchers, key)`.
    template <typename Record>
    Record& change(Table<Record>& table, const Key& key) {
        if constexpr (Newest::in_order_of_time(Record::table)) {
            if (NewestIds* newest = newest_of(key)) {
                newest->changed(key.id);
            }
        }
        return table.change(key, digest_);
    }

    // Σ contribution of all records, modulo 2^128; settles what changed since the last call.
    Hash128 settle();
    // A part of settle() that is cheap while what changed is still in the processor's cache.
    void settle_cold();

    // Writes all that changed since the last fold began, as it is now, in one batch, in the
    // background. Waits for the batch before. collect() takes the changed records in pieces (true:
    // all are taken), end_fold() the rest, with the `position` of the moment when the fold began,
    // whose journal blocks are acknowledged by then.
    Status begin_fold();
    // Not inlined, so that what it executes is counted under its name (bench/instructions).
    [[gnu::noinline]] bool collect(std::size_t records_max);
    Status end_fold(Bytes position);
    // Both at once.
    Status fold(Bytes position);
    // The last fold is still being written: another one would wait.
    [[nodiscard]] bool writing();
    // The cache, or what waits to be written, is as large as it may be: fold before more is loaded.
    [[nodiscard]] bool full();
    // What cannot leave memory: hot records, definitions and the rules that are made of them.
    [[nodiscard]] std::size_t hot_bytes();
    // Fails: usage, when that leaves too little of the cache for the records of a turn.
    Status check_memory();
    // Waits until the last fold is durable.
    Status flush();
    // Background::steps: writes a fold that ended; false: there is none to write.
    bool step();
    // Position of the last fold; empty for a new store.
    [[nodiscard]] Bytes position() const { return position_; }
    // Position that a crash now would leave behind.
    Bytes durable_position();
    // From any thread.
    [[nodiscard]] bool stalled() const;
    [[nodiscard]] std::uint64_t compaction_debt_bytes() const;

    // Σ recomputed from the store, record by record; equal to settle() after flush().
    Result<Hash128> recompute_digest();

private:
    State(std::unique_ptr<StateStore> store, const StateOptions& options);
    Status load();
    template <typename Visit>
    void for_each_table(Visit visit);
    template <typename Visit>
    void for_each_hot_table(Visit visit);
    template <typename Visit>
    bool with_cold_table(TableId table, Visit visit);
    // Consumers come back through the whole programme, so places are reused; the papers of a
    // voucher's life come back within days, and then never: they have two generations.
    template <typename Visit>
    void for_each_people_table(Visit visit);
    template <typename Visit>
    void for_each_paper_table(Visit visit);
    template <typename Visit>
    void for_each_cold_table(Visit visit);
    [[nodiscard]] std::size_t fold_bytes();
    [[nodiscard]] std::size_t people_bytes();
    [[nodiscard]] std::size_t people_bytes_max() { return cold_bytes_max() / 5 * 4; }
    [[nodiscard]] bool papers_full();
    // Hot records have grown into the part that the consumers had.
    [[nodiscard]] bool people_must_leave();
    // Of the cache, what the hot records take.
    [[nodiscard]] std::size_t hot_excess();
    // What they leave of it.
    [[nodiscard]] std::size_t cold_bytes_max();
    void want_asked();
    // The group's newest ids; null for tables in no order, and when the store cannot say.
    NewestIds* newest_of(const Key& key);

    std::unique_ptr<StateStore> store_;
    StateOptions options_;
    std::unique_ptr<Writer> writer_;
    std::optional<FreshMemory> fresh_memory_;
    bool folding_ = false;
    Hash128 fold_digest_;
    Definitions definitions_;
    std::size_t definition_bytes_ = 0;
    std::vector<DefinitionKey> new_definitions_;
    std::vector<std::byte> position_;
    std::vector<std::byte> durable_position_;
    Hash128 digest_;
    struct Asked {
        Key key;
        bool fresh = false;  // exists nowhere
    };

    Newest newest_;
    std::optional<Error> newest_error_;
    std::vector<Asked> asked_;
    std::vector<EncodedKey> wanted_;
};

}  // namespace fiscus::state
