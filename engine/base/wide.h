// 128-bit integers, for products of two 64-bit ones. A compiler extension, named once.
#pragma once

namespace fiscus {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

}  // namespace fiscus
