// The rows of prizes by tier.
#include <string>

#include "projections/statistics/rows.h"

namespace fiscus::projections {

void RowWriter::prizes(const RowHead& head, const PrizeLine& prizes) {
    const PrizeTier& tier = prizes.tier;
    JsonLine line =
        begin(head, Stream::statistics, Keep::latest_and_history,
              "prizes/" + std::to_string(tier.batch) + "/" + std::to_string(tier.tier), "prizes");
    line.natural("batch", tier.batch);
    line.text("batch_name", reference_->batch_name(tier.batch));
    line.natural("tier", tier.tier);
    line.integer("prize_amount", reference_->prize_of(tier.batch, tier.tier));
    const auto add = [&line](const PrizeTallies& tallies, std::string_view ending) {
        for (const PrizeDeedInfo& about : prize_deeds()) {
            const std::string id(about.id);
            line.integer(id + "_count" + std::string(ending), tally(tallies, about.deed).count);
            line.integer(id + "_amount" + std::string(ending),
                         tally(tallies, about.deed).amount_fen);
        }
    };
    add(prizes.day, "");
    add(prizes.to_date, "_to_date");
    const PrizeTally payable = prizes.payable();
    line.integer("payable_count", payable.count);
    line.integer("payable_amount", payable.amount_fen);
    rows_->end(line);
}

}  // namespace fiscus::projections
