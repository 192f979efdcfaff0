// JSON as a page for people: objects and lists are written over several lines or on one, as the
// caller says, always in the order in which they come. Thread: one. Fails: never; who opens and
// closes out of turn gets text that is no JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fiscus::projections {

class JsonText {
public:
    enum class Layout : std::uint8_t { lines, line };

    void open_object(Layout layout = Layout::lines) { open('{', '}', layout); }
    void open_list(Layout layout = Layout::lines) { open('[', ']', layout); }
    void close();
    // The next value belongs to it.
    void key(std::string_view name);

    void text(std::string_view value);
    void integer(std::int64_t value);
    void natural(std::uint64_t value);
    void boolean(bool value);
    void null();

    void text_at(std::string_view name, std::string_view value) {
        key(name);
        text(value);
    }

    // All of it, with a line end; the writer is empty afterwards.
    std::string take();

private:
    struct Level {
        char end = '}';
        Layout layout = Layout::lines;
        bool empty = true;
    };

    void open(char begin, char end, Layout layout);
    // What stands between the value before and the next one.
    void separate();
    void new_line();

    std::string text_;
    std::vector<Level> levels_;
    bool after_key_ = false;
};

}  // namespace fiscus::projections
