// ladders.txt → the cells that there are.
#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "tests/cells/cells.h"

namespace fiscus::cells {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& text) {
    std::istringstream in(text);
    Words words;
    for (std::string word; in >> word;) {
        words.push_back(word);
    }
    return words;
}

bool is_kind(const std::string& word) {
    for (const wire::EventBody kind : wire::EnumValuesEventBody()) {
        if (kind != wire::EventBody::NONE && word == wire::EnumNameEventBody(kind)) {
            return true;
        }
    }
    return word == "record" || word == "every";
}

Words kinds_of(const std::string& word) {
    if (word != "every") {
        return {word};
    }
    Words kinds;
    for (const wire::EventBody each : wire::EnumValuesEventBody()) {
        if (each != wire::EventBody::NONE) {
            kinds.emplace_back(wire::EnumNameEventBody(each));
        }
    }
    return kinds;
}

bool is_answer(const std::string& word) {
    const auto& reasons = wire::EnumValuesReason();
    return word == "duplicate" || word.starts_with("accepted") ||
           std::any_of(std::begin(reasons), std::end(reasons), [&word](wire::Reason reason) {
               return word == wire::EnumNameReason(reason);
           });
}

class Ladders {
public:
    explicit Ladders(const std::filesystem::path& file) : name_(file.filename()) {
        std::ifstream in(file);
        if (!in) {
            throw std::runtime_error("cannot read " + file.string());
        }
        for (std::string line; std::getline(in, line);) {
            ++line_;
            read(line.substr(0, line.find('#')));
        }
        for (const Cell& cell : never_) {
            if (table_.possible.erase(cell) == 0) {
                fail(cell.text() + " is impossible anyhow");
            }
        }
        for (const wire::EventBody kind : wire::EnumValuesEventBody()) {
            if (kind != wire::EventBody::NONE && seen_.count(wire::EnumNameEventBody(kind)) == 0) {
                fail(std::string(wire::EnumNameEventBody(kind)) + " has no ladder");
            }
        }
    }
    [[nodiscard]] const Table& table() const { return table_; }

private:
    [[noreturn]] void fail(const std::string& why) const {
        throw std::runtime_error(name_ + ":" + std::to_string(line_) + ": " + why);
    }

    void read(const std::string& line) {
        Words left = words_of(line.substr(0, line.find(':')));
        if (left.empty()) {
            return;
        }
        const Words right = line.find(':') == std::string::npos
                                ? Words()
                                : words_of(line.substr(line.find(':') + 1));
        const std::string first = left.front();
        left.erase(left.begin());
        if (is_kind(first)) {
            begin(first, right);
        } else if (first == "never" || first == "also" || first == "elsewhere") {
            read_exception(first, left, right);
        } else {
            read_check(first, left, right);
        }
    }

    void begin(const std::string& kind, const Words& states) {
        kinds_ = kinds_of(kind);
        seen_.insert(kind);
        left_ = {states.begin(), states.end()};
        declared_ = left_;
    }

    void read_exception(const std::string& what, const Words& left, const Words& answers) {
        if (left.size() != 2 || answers.empty()) {
            fail(what + " wants a kind, a state and answers");
        }
        for (const std::string& kind : kinds_of(left[0])) {
            for (const std::string& answer : answers) {
                const Cell cell{kind, left[1], answer};
                if (what == "never") {
                    never_.insert(cell);
                    continue;
                }
                table_.possible.insert(cell);
                if (what == "elsewhere") {
                    table_.elsewhere.insert(cell);
                }
            }
        }
    }

    void read_check(const std::string& what, const Words& states, const Words& answers) {
        for (const std::string& state : states) {
            if (declared_.count(state) == 0) {
                fail("there is no state " + state);
            }
            if (left_.count(state) == 0) {
                fail(state + " has been answered");
            }
        }
        for (const std::string& answer : answers) {
            if (!is_answer(answer)) {
                fail("there is no answer " + answer);
            }
        }
        if (what == "form") {
            put({"form"}, answers);
        } else if (what == "may") {
            put({left_.begin(), left_.end()}, answers);
        } else if (what == "only") {
            put(states, answers);
        } else if (what == "ends" || what == "stop") {
            put(states, answers);
            for (const std::string& state : states) {
                left_.erase(state);
            }
        } else {
            fail("what is " + what + "?");
        }
    }

    void put(const Words& states, const Words& answers) {
        for (const std::string& kind : kinds_) {
            for (const std::string& state : states) {
                for (const std::string& answer : answers) {
                    table_.possible.insert({kind, state, answer});
                }
            }
        }
    }

    const std::string name_;
    int line_ = 0;
    Words kinds_;
    std::set<std::string> declared_;
    std::set<std::string> left_;  // not answered yet
    std::set<std::string> seen_;
    std::set<Cell> never_;
    Table table_;
};

}  // namespace

Table read_ladders(const std::filesystem::path& file) { return Ladders(file).table(); }

}  // namespace fiscus::cells
