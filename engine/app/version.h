// Which build this is. The number comes from the root CMakeLists.txt.
#pragma once

#include <string_view>

namespace fiscus::app {

inline constexpr std::string_view version_text = FISCUS_VERSION;
#if defined(__clang__)
inline constexpr std::string_view compiler_text = "clang " __clang_version__;
#else
inline constexpr std::string_view compiler_text = "gcc " __VERSION__;
#endif

}  // namespace fiscus::app
