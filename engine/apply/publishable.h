// What may stand in the page of a draw's rules, which a person reads.
#pragma once

#include <cstddef>

#include "engine/draw/page.h"
#include "schemas/events_generated.h"

namespace fiscus::apply {

inline constexpr std::size_t publishable_bytes_max = 1'024;

inline bool is_publishable(const flatbuffers::String* text) {
    return text != nullptr && text->size() > 0 && text->size() <= publishable_bytes_max &&
           draw::is_page_text({text->c_str(), text->size()});
}

}  // namespace fiscus::apply
