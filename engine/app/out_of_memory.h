// The end of a process that gets no more memory, or no more threads: a sentence for people and exit
// code 1, without asking for memory, instead of an exception that nobody expects. Nothing was
// committed that was not durable before; a restart goes on from there.
// Thread: any. Fails: does not return.
#pragma once

namespace fiscus::app {

// For std::set_new_handler.
[[noreturn]] void end_out_of_memory();
// For std::set_terminate: the library throws where the system gives no further thread, and nobody
// catches it. Whatever else ends there aborts, as before.
[[noreturn]] void end_out_of_threads();

}  // namespace fiscus::app
