// The fold of one journal partition: entries in, figures and rows out. Entry after entry, in order;
// a ClockAdvanced may cut days (cut.h). The same journal gives the same rows and the same state,
// whatever the blocks and the restarts.
// Thread: one. Fails: corrupt when the journal contradicts itself; after an error the fold is dead.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "projections/data/code_names.h"
#include "projections/publish/rows.h"
#include "projections/statistics/accounts.h"
#include "projections/statistics/day_counter.h"
#include "projections/statistics/programme_state.h"
#include "projections/store/store.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// The parts of a journal block that a fold reads.
struct FoldBlock {
    std::span<const wire::Entry> entries;
    std::span<const wire::Posting> postings;
    // Detail bytes of the entry with this index, empty if none.
    std::function<Bytes(std::size_t entry_index)> detail;
};

// Rows leave through it in portions, so that a cut of many days needs no more memory than one.
class RowOutlet {
public:
    RowOutlet(RowSink& sink, std::uint32_t partition) : sink_(&sink) {
        rows_.set_partition(partition);
    }
    RowBuffer& rows() { return rows_; }
    Status drain();
    // Only when much has gathered.
    Status drain_if_large() { return rows_.bytes() < large_bytes ? Status(Done{}) : drain(); }

private:
    static constexpr std::size_t large_bytes = 4U << 20;

    RowSink* sink_;
    RowBuffer rows_;
};

// Without a setting; a day of 500,000 events is read once.
inline constexpr std::size_t cut_memory_default = 32U << 20;

class Fold {
public:
    // Reads what `store` holds; both must outlive the fold. A read-only fold takes a sink that is
    // never used. A cut holds about `cut_memory_max` beside memory(), however large its day is.
    static Result<std::unique_ptr<Fold>> open(Store& store,
                                              RowSink& sink,
                                              std::uint32_t partition,
                                              std::size_t cut_memory_max = cut_memory_default);
    // Of no use before open() filled it.
    Fold(Store& store, RowSink& sink, std::uint32_t partition, std::size_t cut_memory_max)
        : store_(&store), outlet_(sink, partition), counter_(cut_memory_max) {}

    Status apply(const FoldBlock& block);
    // Puts everything that changed into the store; the caller commits.
    void save();
    // After a commit: days that are not in use leave memory until about this much is left.
    void trim(std::size_t memory_max);

    // Ledger sequence of the last folded entry, 0 at the start.
    [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }
    [[nodiscard]] std::size_t memory() const;
    // What counted the cuts' days, and what that took.
    [[nodiscard]] const DayCounter& counter() const { return counter_; }
    // Days cut since open.
    [[nodiscard]] std::uint64_t cuts() const { return cuts_; }

    // For queries.
    [[nodiscard]] ProgrammeState* find(std::uint32_t programme);
    [[nodiscard]] const std::map<std::uint32_t, std::unique_ptr<ProgrammeState>>& programmes()
        const {
        return programmes_;
    }
    [[nodiscard]] const Accounts& accounts() const { return accounts_; }
    [[nodiscard]] const CodeNames& code_names() const { return code_names_; }
    [[nodiscard]] Store& store() { return *store_; }

private:
    struct Input {
        const wire::Entry& entry;
        std::span<const wire::Posting> postings;
        std::size_t index;
        const FoldBlock& block;
    };

    Status load();
    bool parse_position(std::string_view bytes);
    Status fold(const Input& in);
    void answer(const wire::Entry& entry);
    Status fold_refused(const Input& in);
    Status fold_accepted(const Input& in);
    Status open_programme(const Input& in);
    Status post(ProgrammeState& programme, const Input& in);
    // Reference and control kinds.
    Status fold_decision(ProgrammeState& programme, const Input& in);
    // Claims, redemptions and refunds; of a request for a draw what it is as a claim.
    Status fold_voucher_event(ProgrammeState& programme, const wire::Entry& entry);
    // Invoices, draws and prizes.
    Status fold_prize_event(ProgrammeState& programme, const Input& in);
    // Requests for an instant draw.
    Status fold_draw_request(ProgrammeState& programme, const wire::Entry& entry);
    Status note_ticket(const ProgrammeState& programme, const wire::Entry& entry, Fact& fact);
    Status note_refund_difference(ProgrammeState& programme, const wire::Entry& entry);
    // An entry that came to the day, before or after its cut.
    void note_arrival(ProgrammeState& programme, const wire::Entry& entry);
    Status advance_clock(ProgrammeState& programme, const Input& in);

    Store* store_;
    RowOutlet outlet_;
    DayCounter counter_;
    CodeNames code_names_;
    std::map<std::uint32_t, std::unique_ptr<ProgrammeState>> programmes_;
    ProgrammeState* last_programme_ = nullptr;
    Accounts accounts_;
    std::uint64_t last_sequence_ = 0;
    std::uint64_t cuts_ = 0;
};

// An accepted refund with which the order is refunded whole.
bool is_full_refund(const wire::Entry& entry);
// Accepted claims, redemptions and refunds, requests for a draw, steps of invoices, draws and
// prizes paid, and refused claims and requests of a known consumer.
bool is_counted(const wire::Entry& entry);
// "entry N of the journal cannot be folded"
Error contradiction(const wire::Entry& entry, std::string why);

}  // namespace fiscus::projections
