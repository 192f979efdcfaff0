#include "tests/fuzz/event_maker.h"

#include <algorithm>
#include <cstring>

#include "tests/fuzz/event_key.h"
#include "tests/support/day_keys.h"
#include "tests/support/programme.h"

namespace fiscus::fuzz {
namespace {

using convert::FieldShape;
using convert::Shape;

constexpr std::int64_t ms_us = 1'000;
constexpr std::int64_t second_us = 1'000 * ms_us;
constexpr std::int64_t day_us = 86'400 * second_us;
constexpr std::array<std::int64_t, 12> usual_numbers = {
    0, 1, 2, 3, 4, 100, 1'000, 3'000, 7'000, 10'000, 420102, 420100};
constexpr int depth_max = 4;

// Ids that the usual beginning of a programme knows, for the first events of an input.
std::array<Id128, 32> first_ids() {
    std::array<Id128, 32> ids{};
    for (std::uint32_t i = 0; i < ids.size(); ++i) {
        ids.at(i) = i % 4 == 0   ? support::Programme::merchant(i / 4 + 1)
                    : i % 4 == 1 ? support::id_named("treasury")
                                 : Id128{.hi = 7, .lo = i};
    }
    return ids;
}

template <typename T>
void put(flatbuffers::FlatBufferBuilder& builder, std::uint16_t offset, std::int64_t value) {
    builder.AddElement<T>(offset, static_cast<T>(value));
}

}  // namespace

EventMaker::EventMaker(std::size_t published)
    : ids_(first_ids()),
      offset_(static_cast<std::int64_t>(published)),
      now_us_(support::first_morning_us + static_cast<std::int64_t>(published) * second_us) {
    // An authority has published all of the beginning.
    sequences_[support::Programme::authority] = published;
}

std::int64_t EventMaker::instant(Input& input) const {
    return input.rarely() ? input.number<std::int64_t>()
                          : now_us_ + input.number<std::int8_t>() * day_us / 8;
}

std::int64_t EventMaker::scalar(const FieldShape& field, Shape shape, Input& input) const {
    switch (shape) {
        case Shape::boolean: return input.byte() % 2;
        case Shape::enumerator: return input.byte() % (field.enumeration->values()->size() + 1);
        case Shape::instant: return instant(input);
        case Shape::time_of_day: return input.byte() * (day_us / 200);
        case Shape::day:
            return input.rarely() ? input.number<std::int32_t>()
                                  : support::first_day + input.number<std::int8_t>() / 8;
        default: return input.rarely() ? input.number<std::int64_t>() : input.one_of(usual_numbers);
    }
}

wire::Id128 EventMaker::id(Input& input) const {
    const Id128& known = ids_.at(input.below(ids_.size()));
    return input.rarely() ? wire::Id128(input.byte(), input.byte())
                          : wire::Id128(known.hi, known.lo);
}

std::string EventMaker::text(Input& input) const {
    switch (input.below(8)) {
        case 0: return "hash-rank-v1";
        case 1: return "instant-v1";
        case 2: return "123456";
        case 3: return std::string(as_text(input.piece(input.byte())));
        case 4: return support::head_of({.days = 1});
        default: return "第一期";
    }
}

EventMaker::Offset EventMaker::list(Builder& builder,
                                    const FieldShape& field,
                                    Input& input,
                                    int depth) {
    const std::size_t count = input.below(4);
    if (field.element == Shape::id) {
        std::vector<wire::Id128> ids;
        for (std::size_t i = 0; i < count; ++i) {
            ids.push_back(id(input));
        }
        return builder.CreateVectorOfStructs(ids).o;
    }
    if (field.element == Shape::table || field.element == Shape::text) {
        std::vector<flatbuffers::Offset<void>> offsets;
        for (std::size_t i = 0; i < count; ++i) {
            offsets.emplace_back(field.element == Shape::table
                                     ? table(builder, *field.object, input, depth + 1)
                                     : builder.CreateString(text(input)).o);
        }
        return builder.CreateVector(offsets).o;
    }
    const std::size_t size = convert::size_of(field.scalar);
    std::uint8_t* bytes = nullptr;
    const Offset made = builder.CreateUninitializedVector(count, size, &bytes);
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t value = scalar(field, field.element, input);
        std::memcpy(bytes + i * size, &value, size);
    }
    return made;
}

void EventMaker::children(
    Builder& builder, const FieldShape& field, Input& input, int depth, Children& made) {
    switch (field.shape) {
        case Shape::text: made[field.field] = builder.CreateString(text(input)).o; break;
        case Shape::bytes: {
            const std::string bytes = input.rarely() ? text(input) : support::head_of({.days = 1});
            made[field.field] =
                builder
                    .CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())
                    .o;
            break;
        }
        case Shape::table:
            if (depth < depth_max) {
                made[field.field] = table(builder, *field.object, input, depth + 1);
            }
            break;
        case Shape::list: made[field.field] = list(builder, field, input, depth); break;
        default: break;
    }
}

EventMaker::Offset EventMaker::table(Builder& builder,
                                     const reflection::Object& object,
                                     Input& input,
                                     int depth) {
    const std::vector<FieldShape> fields = convert::fields_of(object);
    std::vector<const FieldShape*> present;
    for (const FieldShape& field : fields) {
        if (!input.rarely()) {
            present.push_back(&field);
        }
    }
    Children made;
    for (const FieldShape* field : present) {
        children(builder, *field, input, depth, made);
    }
    const Offset start = builder.StartTable();
    for (const FieldShape* field : present) {
        const std::uint16_t offset = field->field->offset();
        if (const auto child = made.find(field->field); child != made.end()) {
            builder.AddOffset(offset, flatbuffers::Offset<void>(child->second));
        } else if (field->shape == Shape::id) {
            const wire::Id128 value = id(input);
            builder.AddStruct(offset, &value);
        } else if (field->shape != Shape::table) {
            const std::int64_t value = scalar(*field, field->shape, input);
            switch (convert::size_of(field->scalar)) {
                case 1: put<std::uint8_t>(builder, offset, value); break;
                case 2: put<std::uint16_t>(builder, offset, value); break;
                case 4: put<std::uint32_t>(builder, offset, value); break;
                default: put<std::uint64_t>(builder, offset, value); break;
            }
        }
    }
    return builder.EndTable(start);
}

reference::Input EventMaker::record(std::string key, std::string value) {
    reference::Input made;
    made.offset = offset_++;
    made.timestamp_us = now_us_;
    made.key = std::move(key);
    made.value = std::move(value);
    return made;
}

reference::Input EventMaker::next(Input& input) {
    now_us_ += input.rarely() ? input.byte() * day_us : input.byte() * second_us;
    const auto& kinds = *convert::body_union().values();
    const auto* kind =
        kinds.Get(static_cast<flatbuffers::uoffset_t>(1 + input.below(kinds.size() - 1)));
    const auto source = static_cast<std::uint16_t>(1 + input.below(4));
    std::uint64_t sequence = ++sequences_[source];
    if (input.rarely()) {
        sequence = input.number<std::uint16_t>();
    }
    const std::uint32_t epoch = input.rarely() ? input.byte() : 1;
    const std::uint32_t programme = input.rarely() ? input.byte() : 1;
    const wire::Origin origin(sequence, epoch, source, 0);
    Id128 key{.hi = programme, .lo = (std::uint64_t{1} << 32) + ++keys_};
    if (input.rarely()) {
        key = ids_.at(input.below(ids_.size()));
    } else {
        ids_.at(keys_ % ids_.size()) = key;
    }
    const wire::Id128 wire_key(key.hi, key.lo);
    Builder builder;
    const flatbuffers::Offset<void> body(table(builder, convert::table_of(*kind), input, 0));
    wire::FinishEventBuffer(builder,
                            wire::CreateEvent(builder, programme, &origin, now_us_, &wire_key, 0,
                                              static_cast<wire::EventBody>(kind->value()), body));
    return record(support::record_key(input.rarely() ? input.byte() : programme),
                  {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
}

reference::Input EventMaker::with_value(Input& input, std::string value) {
    now_us_ = std::max<std::int64_t>(0, now_us_ + input.number<std::int32_t>() * ms_us);
    std::string key = key_in(as_byte_span(value));
    return record(std::move(key), std::move(value));
}

}  // namespace fiscus::fuzz
