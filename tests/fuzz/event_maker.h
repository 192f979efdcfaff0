// Makes events out of the choices in an input, by the schema itself: every kind and every field can
// come, mostly with a value that another event has as well, so that the rules behind the decoder
// are met. The same input gives the same bytes.
// Thread: one. Fails: never.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "engine/app/convert/schema.h"
#include "engine/base/ids.h"
#include "tests/fuzz/input.h"
#include "tests/reference/answer.h"
#include "tests/support/events.h"

namespace fiscus::fuzz {

class EventMaker {
public:
    // Its events follow those that a programme has published already.
    explicit EventMaker(std::size_t published);

    // The next record of the log. Takes at least one byte of the input.
    reference::Input next(Input& input);
    // A record with this value, so many milliseconds after the one before it as the four bytes say
    // that the input has next; its key is the one that the value asks for.
    reference::Input with_value(Input& input, std::string value);

private:
    using Builder = flatbuffers::FlatBufferBuilder;
    using Offset = flatbuffers::uoffset_t;
    using Children = std::map<const reflection::Field*, Offset>;

    Offset table(Builder& builder, const reflection::Object& object, Input& input, int depth);
    Offset list(Builder& builder, const convert::FieldShape& field, Input& input, int depth);
    void children(Builder& builder,
                  const convert::FieldShape& field,
                  Input& input,
                  int depth,
                  Children& made);
    std::int64_t scalar(const convert::FieldShape& field, convert::Shape shape, Input& input) const;
    std::int64_t instant(Input& input) const;
    wire::Id128 id(Input& input) const;
    std::string text(Input& input) const;
    reference::Input record(std::string key, std::string value);

    std::array<Id128, 32> ids_{};
    std::uint64_t keys_ = 0;
    std::map<std::uint16_t, std::uint64_t> sequences_;
    std::int64_t offset_;
    std::int64_t now_us_;
};

}  // namespace fiscus::fuzz
