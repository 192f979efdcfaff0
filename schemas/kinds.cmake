# Writes event_kinds.h: FISCUS_EVENT_KINDS(X) calls X(Kind) for each member of the union EventBody,
# in the order of their numbers. Called at build time: cmake -DFBS=… -DOUT=… -P kinds.cmake
file(READ ${FBS} text)
string(REGEX MATCH "union EventBody {([^}]*)}" found "${text}")
string(REGEX REPLACE "[ \n]" "" members "${CMAKE_MATCH_1}")
string(REPLACE "," ";" members "${members}")
set(lines "// Generated from the union EventBody of events.fbs.\n#pragma once\n\n#define FISCUS_EVENT_KINDS(X)")
foreach(member ${members})
    string(APPEND lines " \\\n    X(${member})")
endforeach()
file(WRITE ${OUT} "${lines}\n")
