// How jemalloc is to work in a program of ours; it reads this name before main. Huge pages: the state
// is looked up at random, and the page table's look-ups cost as much as those of the records.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always";
}
