// Values that no honest publisher sends, made to wear a reader out.
// Thread: any. Fails: never.
#pragma once

#include <cstdint>
#include <string>

namespace fiscus::support {

// A BatchOpened whose list of packs names the same table `count` times.
std::string table_bomb(std::uint32_t count);

// A ProgrammeClosed whose reason is no text but a chain of tables, each inside the one before.
std::string depth_bomb();

}  // namespace fiscus::support
