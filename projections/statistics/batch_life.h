// The life of each batch as the batch summary needs it: on which days something happened in it, and
// how it ended. A batch of vouchers ends with the last day on which they may be redeemed, a prize
// batch with its draw, and either with its close, whichever day comes first (docs/definitions.md).
// Thread: one. Fails: parse on damaged bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "projections/statistics/reference.h"
#include "projections/store/store.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// Stored.
enum class BatchEnd : std::uint8_t {
    none,
    window_over,
    closed,
    drawn,
    draw_aborted,
};

struct BatchEndInfo {
    BatchEnd end;
    std::string_view id;
    std::string_view english;
    std::string_view chinese;
};
// Without none.
std::span<const BatchEndInfo> batch_ends();
const BatchEndInfo& info(BatchEnd end);

struct Ending {
    std::int32_t day = 0;
    BatchEnd how = BatchEnd::none;

    friend bool operator==(const Ending&, const Ending&) = default;
};

struct BatchLife {
    // Days that were cut and have facts of the batch; none as long as last_day < first_day.
    std::int32_t first_day = INT32_MAX;
    std::int32_t last_day = INT32_MIN;
    std::uint64_t fact_bytes = 0;  // on these days
    // Of all that were counted when a summary was last due.
    std::uint64_t counted_bytes = 0;
    // By an event.
    Ending ending{};
};

class BatchLives {
public:
    // An accepted BatchClosed, DrawExecuted or DrawAborted; others end nothing.
    void note_end(std::int32_t day, const wire::Entry& entry);
    // So many bytes of facts joined those of the day at its cut or revision.
    void note_facts(std::int32_t day, std::uint32_t batch, std::uint64_t bytes);
    void note_counted(std::uint32_t batch, std::uint64_t bytes);

    // Nothing is known of it: a life without days.
    [[nodiscard]] BatchLife find(std::uint32_t batch) const;
    // How a batch of the programme ends, or nothing when that is not known yet. Days before the
    // programme's first count as the day before it.
    [[nodiscard]] std::optional<Ending> ending(const Reference& reference,
                                               std::uint32_t batch) const;

    bool parse(std::uint32_t batch, std::string_view value);
    void save(Store& store, std::uint32_t programme);

private:
    BatchLife& change(std::uint32_t batch);

    std::map<std::uint32_t, BatchLife> lives_;
    std::set<std::uint32_t> dirty_;
};

}  // namespace fiscus::projections
