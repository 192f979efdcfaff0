// Bytes as RocksDB takes them. Thread: any. Fails: never; the bytes outlive the slice.
#pragma once

#include <rocksdb/slice.h>

#include "engine/base/hash.h"

namespace fiscus::state {

inline rocksdb::Slice slice(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace fiscus::state
