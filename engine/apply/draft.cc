#include "engine/apply/draft.h"

namespace fiscus::apply {

wire::Entry Draft::entry() const {
    return {sequence,
            input_offset,
            logged_at_us,
            occurred_at_us,
            wire::Id128(key.hi, key.lo),
            wire::Id128(subject.hi, subject.lo),
            content,
            source_sequence,
            gap_from,
            amount_fen,
            order_amount_fen,
            platform_match_fen,
            merchant_match_fen,
            difference_fen,
            programme,
            epoch,
            batch,
            district,
            consumer_ordinal,
            merchant_ordinal,
            business_day,
            origin_day,
            source,
            platform,
            pack,
            denomination,
            industry,
            category,
            static_cast<std::uint16_t>(reason),
            postings,
            static_cast<std::uint8_t>(kind),
            static_cast<std::uint8_t>(outcome),
            size_class,
            limit_class,
            channel,
            vouchers,
            flags,
            0};
}

}  // namespace fiscus::apply
