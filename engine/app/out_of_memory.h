// The end of a process that gets no more memory: a sentence for people and exit code 1, without
// asking for memory, instead of an exception that nobody expects. Nothing was committed that was
// not durable before; a restart goes on from there.
// Thread: any. Fails: does not return.
#pragma once

namespace fiscus::app {

// For std::set_new_handler.
[[noreturn]] void end_out_of_memory();

}  // namespace fiscus::app
