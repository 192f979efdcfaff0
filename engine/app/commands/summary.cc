#include "engine/app/commands/summary.h"

#include <cstdint>

#include <fmt/format.h>

#include "engine/app/output/json.h"
#include "engine/app/progress.h"

namespace fiscus::app {

void print_summary(Console& console, const Figures& figures, const Hash128& digest, bool json) {
    EnginePartitionFigures sum;
    if (figures.engine) {
        for (const EnginePartitionFigures& partition : figures.engine->partitions) {
            sum.accepted += partition.accepted;
            sum.duplicates += partition.duplicates;
            sum.refused += partition.refused;
            sum.quarantined += partition.quarantined;
            sum.gaps_open += partition.gaps_open;
            sum.trial_balance_fen += partition.trial_balance_fen;
        }
    }
    const std::uint64_t entries = sum.accepted + sum.duplicates + sum.refused + sum.quarantined;
    if (json) {
        JsonWriter writer;
        writer.begin_object();
        writer.field("digest", to_hex(digest));
        writer.field_number("entries", entries);
        writer.field_number("accepted", sum.accepted);
        writer.field_number("duplicates", sum.duplicates);
        writer.field_number("refused", sum.refused);
        writer.field_number("quarantined", sum.quarantined);
        writer.field_number("gaps_open", sum.gaps_open);
        writer.field_number("trial_balance_fen", sum.trial_balance_fen);
        writer.end_object();
        console.print(writer.text() + "\n");
        return;
    }
    console.print(
        fmt::format("entries  {}: accepted {}, duplicates {}, refused {}, quarantined {}\n",
                    count_text(entries), count_text(sum.accepted), count_text(sum.duplicates),
                    count_text(sum.refused), count_text(sum.quarantined)));
    console.print(fmt::format("digest   {}\n", to_hex(digest)));
}

}  // namespace fiscus::app
