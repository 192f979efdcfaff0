// A place at which a test kills the process, by its name: between two steps of which the first must
// be durable before the second. Nothing at all in the program: only the sources that
// tests/faults/CMakeLists.txt builds a second time know FISCUS_KILL_POINTS.
// Thread: any. Fails: never.
#pragma once

#ifdef FISCUS_KILL_POINTS
namespace fiscus {
void kill_point(const char* name);
}
#define FISCUS_KILL_POINT(name) ::fiscus::kill_point(name)
#else
#define FISCUS_KILL_POINT(name) static_cast<void>(0)
#endif
