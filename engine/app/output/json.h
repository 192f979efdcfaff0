// JSON text, written straight into a string: for `--json`, `log dump` (a million lines) and the
// JSON logs. Escapes by RFC 8259; damaged UTF-8 becomes U+FFFD, so the output is always valid.
// Thread: one. Fails: never; begin and end must match (checked when the text is taken).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fiscus::app {

void append_json_string(std::string& out, std::string_view text);

// json.begin_object(); json.key("a"); json.number(1); json.end_object(); json.text()
class JsonWriter {
public:
    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    void key(std::string_view name);
    void string(std::string_view text);
    void number(std::int64_t number);
    void number(std::uint64_t number);
    void boolean(bool value);
    void null();
    // A piece that is JSON already.
    void raw(std::string_view json);

    template <typename Integer>
    void field_number(std::string_view name, Integer value) {
        key(name);
        if constexpr (static_cast<Integer>(-1) < static_cast<Integer>(0)) {
            number(static_cast<std::int64_t>(value));
        } else {
            number(static_cast<std::uint64_t>(value));
        }
    }
    void field(std::string_view name, std::string_view text) {
        key(name);
        string(text);
    }
    void field_boolean(std::string_view name, bool value) {
        key(name);
        boolean(value);
    }

    // Everything written so far; nothing is open any more.
    [[nodiscard]] const std::string& text() const;
    // Keeps the memory for the next line.
    void clear();

private:
    void open(char bracket);
    void close(char bracket);
    void separate();

    std::string text_;
    std::uint32_t depth_ = 0;
    bool comma_due_ = false;
};

}  // namespace fiscus::app
