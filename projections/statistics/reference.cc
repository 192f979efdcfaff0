#include "projections/statistics/reference.h"

#include <algorithm>

#include "engine/base/limits.h"

namespace fiscus::projections {

namespace {

std::string text_of(const flatbuffers::String* text) {
    return text == nullptr ? std::string() : text->str();
}

template <typename Map>
std::string name_in(const Map& names, std::uint32_t number) {
    const auto at = names.find(static_cast<typename Map::key_type>(number));
    return at != names.end() && !at->second.empty() ? at->second : std::to_string(number);
}

std::string size_class_name(std::uint32_t size_class) {
    switch (static_cast<wire::SizeClass>(size_class)) {
        case wire::SizeClass::unknown: return "未分规模";
        case wire::SizeClass::large: return "大型";
        case wire::SizeClass::medium: return "中型";
        case wire::SizeClass::small: return "小型";
        case wire::SizeClass::micro: return "微型";
    }
    return std::to_string(size_class);
}

std::string channel_name(std::uint32_t channel) {
    switch (static_cast<wire::Channel>(channel)) {
        case wire::Channel::any: return "线上线下";
        case wire::Channel::online: return "线上";
        case wire::Channel::offline: return "线下";
    }
    return std::to_string(channel);
}

}  // namespace

Result<OpenedEvent> open_event(Bytes bytes, wire::EventBody kind) {
    OpenedEvent opened(bytes);
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(opened.bytes().data()),
                                   bytes.size(), event_depth_max, event_tables_max);
    if (bytes.empty() || !wire::VerifyEventBuffer(verifier)) {
        return Error{.code = ErrorCode::corrupt,
                     .what = "the journal does not hold the event of an entry",
                     .why = "the detail bytes are missing or not an event",
                     .hint = "compare the journal with a replay of the events"};
    }
    if (opened.event().body_type() != kind || opened.event().body() == nullptr) {
        return Error{.code = ErrorCode::corrupt,
                     .what = "the journal holds another event than its entry says",
                     .why = "the detail's kind differs from the entry's",
                     .hint = "compare the journal with a replay of the events"};
    }
    return opened;
}

bool Reference::keeps(wire::EventBody kind) {
    return kind == wire::EventBody::ProgrammeOpened || kind == wire::EventBody::PlatformAdmitted ||
           kind == wire::EventBody::SourceRegistered || kind == wire::EventBody::BatchOpened ||
           kind == wire::EventBody::PrizeBatchOpened || kind == wire::EventBody::InstantDrawOpened;
}

std::uint32_t Reference::number_of(const wire::Event& event) {
    if (const auto* batch = event.body_as_BatchOpened()) {
        return batch->batch();
    }
    if (const auto* batch = event.body_as_PrizeBatchOpened()) {
        return batch->batch();
    }
    if (const auto* draw = event.body_as_InstantDrawOpened()) {
        return draw->batch();
    }
    if (const auto* platform = event.body_as_PlatformAdmitted()) {
        return platform->platform();
    }
    if (const auto* source = event.body_as_SourceRegistered()) {
        return source->source();
    }
    return 0;
}

void Reference::learn(const wire::Event& event) {
    if (const auto* opened = event.body_as_ProgrammeOpened()) {
        name = text_of(opened->name());
        authority = text_of(opened->authority());
        first_day = opened->first_day();
        cut_minute = opened->cut_minute();
        if (opened->categories() != nullptr) {
            for (const wire::Category* category : *opened->categories()) {
                categories[category->category()] = text_of(category->name());
            }
        }
        if (event.origin() != nullptr) {
            sources[event.origin()->source()].name = authority;
        }
    } else if (const auto* platform = event.body_as_PlatformAdmitted()) {
        platforms[platform->platform()] = text_of(platform->name());
    } else if (const auto* source = event.body_as_SourceRegistered()) {
        sources[source->source()] = {.name = text_of(source->name()),
                                     .platform = source->platform()};
    } else if (const auto* batch = event.body_as_BatchOpened()) {
        BatchNames& names = batches[batch->batch()];
        names.name = text_of(batch->name());
        names.last_day = batch->redeem_last_day();
        if (batch->packs() != nullptr) {
            for (const wire::Pack* pack : *batch->packs()) {
                names.packs[pack->pack()] = text_of(pack->name());
            }
        }
    } else if (const auto* draw = event.body_as_PrizeBatchOpened()) {
        has_prize_batches = true;
        BatchNames& names = batches[draw->batch()];
        names.name = text_of(draw->name());
        if (draw->tiers() != nullptr) {
            for (const wire::PrizeTier* tier : *draw->tiers()) {
                names.prizes[tier->tier()] = tier->amount_fen();
            }
        }
    } else if (event.body_as_InstantDrawOpened() != nullptr) {
        has_instant_draws = true;
    }
}

std::string Reference::platform_name(std::uint16_t platform) const {
    return platform == 0 ? "（未指明）" : name_in(platforms, platform);
}

std::string Reference::batch_name(std::uint32_t batch) const {
    const auto at = batches.find(batch);
    if (at != batches.end() && !at->second.name.empty()) {
        return at->second.name;
    }
    return batch == 0 ? "（未指明）" : std::to_string(batch);
}

std::int64_t Reference::prize_of(std::uint32_t batch, std::uint16_t tier) const {
    const auto at = batches.find(batch);
    if (at == batches.end()) {
        return 0;
    }
    const auto prize = at->second.prizes.find(tier);
    return prize == at->second.prizes.end() ? 0 : prize->second;
}

std::string Reference::source_name(std::uint16_t source) const {
    const auto at = sources.find(source);
    return at != sources.end() && !at->second.name.empty() ? at->second.name
                                                           : std::to_string(source);
}

std::string Reference::known_source_name(const wire::Entry& entry) const {
    return entry.platform() != 0 || sources.contains(entry.source()) ? source_name(entry.source())
                                                                     : std::string();
}

std::string Reference::name_of(const CodeNames& codes,
                               const CellKey& cell,
                               std::size_t dimension) const {
    const std::uint32_t value = dimension == 0 ? cell.first : cell.second;
    switch (info(cell.grouping).dimensions[dimension]) {
        case Dimension::batch: return batch_name(value);
        case Dimension::pack: {
            const auto batch = batches.find(cell.first);
            return batch == batches.end() ? std::to_string(value)
                                          : name_in(batch->second.packs, value);
        }
        case Dimension::platform: return platform_name(static_cast<std::uint16_t>(value));
        // Draws belong to their batch alone.
        case Dimension::prefecture: return value == 0 ? "（未指明）" : codes.prefecture(value);
        case Dimension::district: return value == 0 ? "（未指明）" : codes.district(value);
        // Claims say 0 where their pack is good for every category, and always for the industry.
        case Dimension::category: return value == 0 ? "全部业态" : name_in(categories, value);
        case Dimension::industry: return value == 0 ? "未分行业" : codes.industry(value);
        case Dimension::size_class: return size_class_name(value);
        case Dimension::channel: return channel_name(value);
    }
    return std::to_string(value);
}

}  // namespace fiscus::projections
