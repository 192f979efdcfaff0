#include "engine/state/state.h"

#include <algorithm>

#include "engine/state/writer.h"

namespace fiscus::state {
namespace {

constexpr Key position_key{.table = TableId::meta};
constexpr Key layout_key{.sub = 1, .table = TableId::meta};

Key key_of(const State::DefinitionKey& key) {
    return {.programme = key.programme,
            .part = key.part,
            .sub = static_cast<std::uint16_t>(key.kind),
            .table = TableId::definition};
}

// With the rules that are made of it, which hold its lists in tables of their own.
std::size_t bytes_of_definition(Bytes event) { return event.size() * 4 + 1'024; }

// Of the cache, what is left to cold records in any case: a turn's.
constexpr std::size_t cold_parts = 8;

std::string mebibytes(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

Error foreign_layout(std::uint32_t found) {
    return {.code = ErrorCode::state,
            .what = "the state has layout " + std::to_string(found) +
                    ", this program writes layout " + std::to_string(layout_version),
            .why = "state is a cache of the log and is never migrated",
            .hint = "delete the state directory, it is rebuilt from the log"};
}

}  // namespace

State::State(std::unique_ptr<StateStore> store, const StateOptions& options)
    : store_(std::move(store)),
      options_(options),
      writer_(std::make_unique<Writer>(*store_, options.background)) {
    if (options.background == Background::threads) {
        fresh_memory_.emplace();
        for_each_cold_table([this](auto& table) { fresh_memory_->stock(table.shelf()); });
    }
}

State::~State() = default;

template <typename Visit>
void State::for_each_table(Visit visit) {
    for_each_hot_table(visit);
    for_each_cold_table(visit);
}

template <typename Visit>
void State::for_each_hot_table(Visit visit) {
    visit(programmes);
    visit(platforms);
    visit(sources);
    visit(source_keys);
    visit(batches);
    visit(merchants);
    visit(accounts);
    visit(counters);
    visit(depositors);
    visit(prize_draws);
    visit(prize_places);
    visit(prize_order);
    visit(draw_days);
}

template <typename Visit>
void State::for_each_cold_table(Visit visit) {
    for_each_paper_table(visit);
    for_each_people_table(visit);
}

template <typename Visit>
void State::for_each_paper_table(Visit visit) {
    visit(settlement_requests);
    visit(natural_keys);
    visit(vouchers);
    visit(redemptions);
    visit(redemption_vouchers);
    visit(invoices);
    visit(tickets);
    visit(draw_requests);
}

template <typename Visit>
void State::for_each_people_table(Visit visit) {
    visit(source_pages);
    visit(identities);
    visit(consumers);
    visit(consumer_claims);
    visit(registrations);
    visit(draw_wins);
    visit(contacts);
}

template <typename Visit>
bool State::with_cold_table(TableId table, Visit visit) {
    switch (table) {
        case TableId::source_page: return visit(source_pages);
        case TableId::settlement_request: return visit(settlement_requests);
        case TableId::natural_key: return visit(natural_keys);
        case TableId::identity: return visit(identities);
        case TableId::voucher: return visit(vouchers);
        case TableId::consumer: return visit(consumers);
        case TableId::consumer_claims: return visit(consumer_claims);
        case TableId::registration: return visit(registrations);
        case TableId::redemption: return visit(redemptions);
        case TableId::redemption_vouchers: return visit(redemption_vouchers);
        case TableId::invoice: return visit(invoices);
        case TableId::ticket: return visit(tickets);
        case TableId::draw_request: return visit(draw_requests);
        case TableId::draw_wins: return visit(draw_wins);
        case TableId::contact: return visit(contacts);
        case TableId::meta:
        case TableId::programme:
        case TableId::definition:
        case TableId::platform:
        case TableId::source:
        case TableId::source_key:
        case TableId::batch:
        case TableId::merchant:
        case TableId::account:
        case TableId::counter:
        case TableId::depositor:
        case TableId::prize_draw:
        case TableId::prize_place:
        case TableId::prize_order:
        case TableId::draw_day: break;
    }
    FISCUS_CHECK(false, "only cold tables are prefetched");
}

Result<std::unique_ptr<State>> State::open(std::unique_ptr<StateStore> store,
                                           const StateOptions& options) {
    std::unique_ptr<State> state(new State(std::move(store), options));
    FISCUS_TRY(state->load());
    return state;
}

Status State::load() {
    bool has_layout = false;
    std::uint32_t layout = 0;
    FISCUS_TRY(store_->scan(TableId::meta, [&](const Key& key, Bytes value) -> Status {
        if (key == layout_key && value.size() == sizeof layout) {
            has_layout = true;
            std::memcpy(&layout, value.data(), sizeof layout);
        } else if (key == position_key && value.size() >= sizeof digest_) {
            std::memcpy(&digest_, value.data(), sizeof digest_);
            position_.assign(value.begin() + sizeof digest_, value.end());
            durable_position_ = position_;
        }
        return Done{};
    }));
    if (has_layout && layout != layout_version) {
        return foreign_layout(layout);
    }
    FISCUS_TRY(store_->scan(TableId::definition, [&](const Key& key, Bytes value) -> Status {
        definitions_[{key.programme, key.part, static_cast<DefinitionKind>(key.sub)}].assign(
            value.begin(), value.end());
        definition_bytes_ += bytes_of_definition(value);
        return Done{};
    }));
    const auto load_hot = [this](auto& table, TableId id) -> Status {
        return store_->scan(id, [&table](const Key& key, Bytes value) -> Status {
            table.load(key, value);
            return Done{};
        });
    };
    if (position_.empty()) {
        for_each_cold_table([](auto& table) { table.set_complete(); });
    }
    FISCUS_TRY(load_hot(programmes, TableId::programme));
    FISCUS_TRY(load_hot(platforms, TableId::platform));
    FISCUS_TRY(load_hot(sources, TableId::source));
    FISCUS_TRY(load_hot(source_keys, TableId::source_key));
    FISCUS_TRY(load_hot(batches, TableId::batch));
    FISCUS_TRY(load_hot(merchants, TableId::merchant));
    FISCUS_TRY(load_hot(accounts, TableId::account));
    FISCUS_TRY(load_hot(counters, TableId::counter));
    FISCUS_TRY(load_hot(prize_draws, TableId::prize_draw));
    FISCUS_TRY(load_hot(prize_places, TableId::prize_place));
    FISCUS_TRY(load_hot(prize_order, TableId::prize_order));
    FISCUS_TRY(load_hot(draw_days, TableId::draw_day));
    return load_hot(depositors, TableId::depositor);
}

// What is resident is newer than the store, and what the store does not have yet is resident.
Status State::for_each_ticket(ProgrammeId programme, BatchId batch, const VisitTicket& visit) {
    std::vector<std::pair<Id128, TicketRecord>> resident;
    tickets.for_each_resident([&](const Key& key, const TicketRecord& record) {
        if (key.programme == programme.value() && key.part == batch.value()) {
            resident.emplace_back(key.id, record);
        }
    });
    std::sort(resident.begin(), resident.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    auto next = resident.begin();
    const auto visit_resident_until = [&](Id128 id) {
        for (; next != resident.end() && next->first < id; ++next) {
            visit(next->first, next->second);
        }
    };
    const Key group{
        .programme = programme.value(), .part = batch.value(), .table = TableId::ticket};
    FISCUS_TRY(store_->scan_group(group, [&](const Key& key, Bytes value) -> Status {
        visit_resident_until(key.id);
        if (next != resident.end() && next->first == key.id) {
            visit(next->first, next->second);
            ++next;
            return Done{};
        }
        TicketRecord record;
        FISCUS_CHECK(value.size() == sizeof record, "a stored record has its layout's size");
        std::memcpy(&record, value.data(), sizeof record);
        visit(key.id, record);
        return Done{};
    }));
    for (; next != resident.end(); ++next) {
        visit(next->first, next->second);
    }
    return Done{};
}

bool State::want(const Key& key) {
    return with_cold_table(key.table, [this, &key](auto& table) {
        if (table.revive(key) != nullptr) {
            return true;
        }
        NewestIds* newest = newest_of(key);
        const bool absent =
            table.complete() || (newest != nullptr && newest->above_forgotten(key.id));
        table.add(key);
        if (newest != nullptr) {
            newest->pass(key.id);
        }
        if (!absent) {
            wanted_.push_back(encode(key));
        }
        return absent;
    });
}

void State::add_absent(const Key& key) {
    with_cold_table(key.table, [&key](auto& table) {
        if (table.revive(key) == nullptr) {
            table.add(key);
        }
        return true;
    });
}

// Looks every key up with hints well ahead: the index of one, the slot of another, the record of a
// third at the same time, so that none of them waits for memory.
void State::want_asked() {
    constexpr std::size_t ahead = 12;
    const auto at = [this](std::size_t index, auto visit) {
        if (index < asked_.size()) {
            Asked& asked = asked_[index];
            with_cold_table(asked.key.table, [&](auto& table) {
                visit(table, asked);
                return true;
            });
        }
    };
    for (std::size_t index = 0; index < asked_.size() + 2 * ahead; ++index) {
        at(index, [this](auto& table, Asked& asked) {
            NewestIds* newest = newest_of(asked.key);
            asked.fresh = newest != nullptr && newest->pass(asked.key.id);
            if (asked.fresh) {
                table.prefetch_place(asked.key);
            } else {
                table.prefetch_index(asked.key);
            }
        });
        at(index - ahead, [](auto& table, const Asked& asked) {
            if (!asked.fresh) {
                table.prefetch_slot(asked.key);
            }
        });
        at(index - 2 * ahead, [this](auto& table, const Asked& asked) {
            if (asked.fresh) {
                table.add(asked.key);
            } else {
                want(asked.key);
            }
        });
    }
    asked_.clear();
}

NewestIds* State::newest_of(const Key& key) {
    if (!Newest::in_order_of_time(key.table)) {
        return nullptr;
    }
    if (NewestIds* ids = newest_.find(key)) [[likely]] {
        return ids;
    }
    auto last = store_->last_id(key.table, key.programme, key.part);
    if (!last.ok()) {
        newest_error_ = std::move(last).error();
        return nullptr;
    }
    return &newest_.add(key, last->value_or(Id128{}));
}

Status State::load_wanted() {
    const bool reuse = people_bytes() >= people_bytes_max();
    for_each_people_table([reuse](auto& table) { table.reuse_places(reuse); });
    want_asked();
    if (newest_error_.has_value()) {
        return *newest_error_;
    }
    if (wanted_.empty()) {
        return Done{};
    }
    std::sort(wanted_.begin(), wanted_.end());
    Status status = store_->get_many(wanted_, [this](std::size_t index, Bytes value) {
        const Key key = decode_key(wanted_[index].data());
        with_cold_table(key.table, [&](auto& table) {
            table.load(key, value);
            return true;
        });
    });
    wanted_.clear();
    return status;
}

void State::define(const DefinitionKey& key, Bytes event) {
    auto& bytes = definitions_[key];
    FISCUS_CHECK(bytes.empty(), "a definition is written once");
    bytes.assign(event.begin(), event.end());
    definition_bytes_ += bytes_of_definition(event);
    digest_ += contribution(key_of(key), bytes);
    new_definitions_.push_back(key);
}

void State::settle_cold() {
    for_each_cold_table([this](auto& table) { table.settle(digest_); });
}

Hash128 State::settle() {
    for_each_table([this](auto& table) { table.settle(digest_); });
    return digest_;
}

Status State::begin_fold() {
    FISCUS_CHECK(!folding_, "one fold after the other");
    FISCUS_TRY(writer_->wait());
    folding_ = true;
    fold_digest_ = settle();
    WriteSet& set = writer_->set();
    // Definitions are few; the position comes last.
    std::size_t items = new_definitions_.size() + 2;
    std::size_t value_bytes = position_.size() + (std::size_t{4} << 10);
    for_each_table([&]<typename Record>(const Table<Record>& table) {
        items += table.dirty();
        value_bytes += table.dirty() * sizeof(Record);
    });
    set.reserve(items, value_bytes);
    for_each_table([&set](auto& table) { table.begin_fold(set); });
    for (const DefinitionKey& key : new_definitions_) {
        set.put(key_of(key), definitions_.at(key));
    }
    new_definitions_.clear();
    if (people_must_leave()) {
        // At the first fold they become old, at the second one those leave that nobody asked for.
        for_each_people_table([]<typename Record>(Table<Record>& table) {
            table.rotate(Table<Record>::Memory::given_back);
        });
    }
    if (papers_full()) {
        // Forgets what was not asked for during a whole generation.
        for_each_paper_table([](auto& table) { table.rotate(); });
        newest_.rotate();
    }
    return Done{};
}

bool State::collect(std::size_t records_max) {
    for_each_table([&records_max](auto& table) { records_max -= table.collect(records_max); });
    return records_max > 0;
}

Status State::end_fold(Bytes position) {
    FISCUS_CHECK(folding_, "a fold begins before it ends");
    folding_ = false;
    collect(SIZE_MAX);
    WriteSet& set = writer_->set();
    std::vector<std::byte> stored(sizeof fold_digest_);
    std::memcpy(stored.data(), &fold_digest_, sizeof fold_digest_);
    stored.insert(stored.end(), position.begin(), position.end());
    set.put(position_key, stored);
    set.put(layout_key, bytes_of(layout_version));
    position_.assign(position.begin(), position.end());
    writer_->submit();
    return Done{};
}

Status State::fold(Bytes position) {
    FISCUS_TRY(begin_fold());
    return end_fold(position);
}

bool State::writing() { return writer_->busy(); }

bool State::full() {
    return fold_bytes() >= options_.fold_bytes_max || papers_full() || people_must_leave();
}

std::size_t State::hot_bytes() {
    std::size_t bytes = definition_bytes_ + newest_.bytes();
    for_each_hot_table([&bytes](const auto& table) { bytes += table.bytes(); });
    return bytes;
}

std::size_t State::hot_excess() {
    const std::size_t hot = hot_bytes();
    return hot - std::min(hot, options_.hot_bytes_free);
}

std::size_t State::cold_bytes_max() {
    const std::size_t most = options_.cache_bytes_max - options_.cache_bytes_max / cold_parts;
    return options_.cache_bytes_max - std::min(hot_excess(), most);
}

Status State::check_memory() {
    const std::size_t most =
        options_.hot_bytes_free + options_.cache_bytes_max - options_.cache_bytes_max / cold_parts;
    const std::size_t hot = hot_bytes();
    if (hot <= most) {
        return Done{};
    }
    return Error{.code = ErrorCode::usage,
                 .what = "the memory setting is too small for what has been published",
                 .why =
                     "programmes, sources, batches, merchants and accounts never leave memory: "
                     "they take " +
                     mebibytes(hot) + ", and there is room for " + mebibytes(most),
                 .hint =
                     "give more with engine.memory (--memory); nothing is lost, and the same "
                     "command goes on from here"};
}

bool State::people_must_leave() {
    return hot_excess() > 0 && people_bytes() / 9 * 8 > people_bytes_max();
}

std::size_t State::fold_bytes() {
    std::size_t bytes = 0;
    for_each_table([&bytes]<typename Record>(const Table<Record>& table) {
        bytes += table.dirty() * (sizeof(Record) + WriteSet::bytes_per_record);
    });
    return bytes;
}

std::size_t State::people_bytes() {
    std::size_t bytes = 0;
    for_each_people_table([&bytes](const auto& table) { bytes += table.bytes(); });
    return bytes;
}

// Two generations have what the consumers do not take.
bool State::papers_full() {
    std::size_t young = newest_.young_bytes();
    for_each_paper_table([&young](const auto& table) { young += table.young_bytes(); });
    const std::size_t cold = cold_bytes_max();
    return young >= (cold - std::min(people_bytes(), cold / 5 * 4)) / 2;
}

Status State::flush() { return writer_->wait(); }

bool State::step() { return writer_->step(); }

Bytes State::durable_position() {
    if (writer_->written()) {
        durable_position_ = position_;
    }
    return durable_position_;
}

bool State::stalled() const { return store_->stalled(); }

std::uint64_t State::compaction_debt_bytes() const { return store_->compaction_debt_bytes(); }

Result<Hash128> State::recompute_digest() {
    FISCUS_TRY(writer_->wait());
    Hash128 sum;
    for (auto id = static_cast<std::uint8_t>(TableId::programme);
         id <= static_cast<std::uint8_t>(last_table); ++id) {
        FISCUS_TRY(
            store_->scan(static_cast<TableId>(id), [&sum](const Key& key, Bytes value) -> Status {
                sum += contribution(key, value);
                return Done{};
            }));
    }
    return sum;
}

}  // namespace fiscus::state
