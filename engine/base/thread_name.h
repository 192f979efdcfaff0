// What `top -H` and `ps -L` show of a thread: at most 15 characters. Thread: names its caller.
// Fails: never; a system that keeps no names shows the program's.
#pragma once

#include <pthread.h>

namespace fiscus {

inline void name_thread(const char* name) {
    static_cast<void>(pthread_setname_np(pthread_self(), name));
}

}  // namespace fiscus
