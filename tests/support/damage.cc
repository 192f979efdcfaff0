#include "tests/support/damage.h"

#include <vector>

#include "tests/support/events.h"

namespace fiscus::support {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

std::string finished(FlatBufferBuilder& builder, wire::EventBody kind, Offset<void> body) {
    const wire::Origin origin(1, 1, 1, 0);
    const wire::Id128 key(1, 1);
    wire::FinishEventBuffer(
        builder, wire::CreateEvent(builder, 1, &origin, first_morning_us, &key, 0, kind, body));
    return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace

std::string table_bomb(std::uint32_t count) {
    FlatBufferBuilder builder;
    const auto pack = wire::CreatePack(builder, 1);
    const auto packs = builder.CreateVector(std::vector<Offset<wire::Pack>>(count, pack));
    const auto body = wire::CreateBatchOpened(builder, 1, 0, 0, 0, 0, 0, 0, packs);
    return finished(builder, wire::EventBody::BatchOpened, body.Union());
}

std::string depth_bomb() {
    constexpr int depth = 5'000;
    FlatBufferBuilder builder;
    flatbuffers::uoffset_t inner = 0;
    for (int level = 0; level < depth; ++level) {
        const flatbuffers::uoffset_t start = builder.StartTable();
        if (inner != 0) {
            builder.AddOffset(4, Offset<void>(inner));
        }
        inner = builder.EndTable(start);
    }
    const auto body = wire::CreateProgrammeClosed(builder, Offset<flatbuffers::String>(inner));
    return finished(builder, wire::EventBody::ProgrammeClosed, body.Union());
}

}  // namespace fiscus::support
