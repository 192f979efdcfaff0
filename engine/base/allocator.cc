// How jemalloc is to work in a program of ours; it reads the name before main. Huge pages: state is
// looked up at random, and finding a page costs as much as reading it.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "thp:always";
}
