#include "tests/support/programme.h"

namespace fiscus::support {

reference::Input Programme::publish(std::uint16_t source,
                                    const Body& body,
                                    const Unusual& unusual) {
    now_us_ += 1'000'000;
    Envelope envelope;
    envelope.programme = number_;
    envelope.source = source;
    envelope.epoch = unusual.epoch.value_or(1);
    envelope.sequence = unusual.sequence ? *unusual.sequence : ++sequences_[source];
    envelope.occurred_at_us = unusual.occurred_at_us.value_or(now_us_);
    envelope.key = unusual.key.value_or(Id128{.hi = number_, .lo = ++keys_});
    last_key_ = envelope.key;
    reference::Input input;
    input.offset = offset_++;
    input.timestamp_us = unusual.logged_at_us.value_or(now_us_);
    input.key = record_key(number_);
    input.value = event_bytes(envelope, body);
    return input;
}

std::vector<reference::Input> Programme::open(std::uint16_t platforms,
                                              std::uint32_t merchants,
                                              const BatchOpened& batch,
                                              std::int64_t budget_fen) {
    std::vector<reference::Input> records;
    const auto by_authority = [this, &records](const Body& body) {
        records.push_back(publish(authority, body));
    };
    by_authority(ProgrammeOpened{});
    for (std::uint16_t platform = 1; platform <= platforms; ++platform) {
        by_authority(PlatformAdmitted{.platform = platform});
        by_authority(SourceRegistered{.source = source_of(platform), .platform = platform});
    }
    for (std::uint32_t number = 1; number <= merchants; ++number) {
        by_authority(MerchantRegistered{.merchant = merchant(number)});
    }
    by_authority(FundDeposited{.account = id_named("treasury"), .amount_fen = budget_fen * 2});
    by_authority(batch);
    by_authority(BatchFunded{.batch = batch.batch, .amount_fen = budget_fen});
    return records;
}

}  // namespace fiscus::support
