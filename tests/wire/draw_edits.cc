#include "tests/wire/draw_edits.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/draw/bundle_files.h"
#include "tests/support/draws.h"

namespace fiscus::wire_test {
namespace {

using draw::Bundle;
using draw::BundleFile;
using property::Random;

constexpr std::array<BundleFile, 9> all_files = {
    BundleFile::readme, BundleFile::manifest, BundleFile::entropy,
    BundleFile::list,   BundleFile::receipts, BundleFile::result_page,
    BundleFile::result, BundleFile::rules,    BundleFile::sealed};

// Where the text of a field begins and ends; an empty span at the end where there is no such field.
std::pair<std::size_t, std::size_t> text_of(const std::string& page, std::string_view field) {
    const std::string head = "\"" + std::string(field) + "\": \"";
    const std::size_t at = page.find(head);
    if (at == std::string::npos) {
        return {page.size(), page.size()};
    }
    return {at + head.size(), page.find('"', at + head.size())};
}

std::string get_text(const std::string& page, std::string_view field) {
    const auto [begin, end] = text_of(page, field);
    return page.substr(begin, end - begin);
}

// Its first characters, where the field is there.
void put_text(std::string& page, std::string_view field, std::string_view text) {
    const auto [begin, end] = text_of(page, field);
    if (end - begin >= text.size()) {
        page.replace(begin, text.size(), text);
    }
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
        lines.push_back(text.substr(at, end + 1 - at));
        at = end + 1;
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += line;
    }
    return text;
}

// Where the value of each field of a JSON page begins and ends.
std::vector<std::pair<std::size_t, std::size_t>> values_of(const std::string& page) {
    std::vector<std::pair<std::size_t, std::size_t>> values;
    for (std::size_t at = page.find("\": "); at != std::string::npos; at = page.find("\": ", at)) {
        at += 3;
        std::size_t end = std::min(page.find('\n', at), page.size());
        end -= page[end - 1] == ',' ? 1U : 0U;
        if (page[at] != '[') {
            values.emplace_back(at, end);
        }
    }
    return values;
}

// Another value of the same shape: the first letter or digit in it becomes another one.
bool change_value(std::string& page, std::pair<std::size_t, std::size_t> value, Random& random) {
    const std::string_view text(page.data() + value.first, value.second - value.first);
    if (text == "true" || text == "false") {
        page.replace(value.first, text.size(), text == "true" ? "false" : "true");
        return true;
    }
    // The last digit: of an amount, a time, a hash.
    const std::size_t digit = text.find_last_of("0123456789");
    if (digit == std::string_view::npos) {
        page.insert(value.second - 1, "x");
        return true;
    }
    char& c = page[value.first + digit];
    c = static_cast<char>('0' + (static_cast<unsigned>(c - '0') + 1 + random.below(9)) % 10);
    return true;
}

class Editor {
public:
    Editor(const Bundle& bundle, Random& random) : bundle_(bundle), random_(random) {}

    std::vector<Edit> all() {
        for (const BundleFile file : all_files) {
            const std::string name(draw::file_name(file));
            for (int i = 0; i < 4; ++i) {
                flip(file, name + "-flip-" + std::to_string(i));
            }
            add(name + "-longer", file, bundle_[file] + "\n");
            add(name + "-empty", file, "");
            if (!bundle_[file].empty()) {
                add(name + "-shorter", file, bundle_[file].substr(0, bundle_[file].size() - 1));
            }
            edit_lines(file, name);
            if (name.ends_with(".json")) {
                edit_values(file, name);
            }
        }
        edit_times();
        return std::move(edits_);
    }

private:
    void add(const std::string& name, BundleFile file, std::string text) {
        if (text == bundle_[file]) {
            return;
        }
        Edit edit{name + "-plain", bundle_};
        edit.bundle[file] = std::move(text);
        edits_.push_back(edit);
        if (file == BundleFile::manifest) {
            return;
        }
        edit.name = name + "-summed";
        edit.bundle[BundleFile::manifest] = draw::manifest_of(edit.bundle);
        edits_.push_back(edit);
        edit.name = name + "-bound";
        support::bind_again(edit.bundle);
        // A hash between files that was edited is right again.
        if (!(edit.bundle == bundle_)) {
            edits_.push_back(std::move(edit));
        }
    }

    void flip(BundleFile file, const std::string& name) {
        std::string text = bundle_[file];
        if (!text.empty()) {
            char& byte = text[random_.below(text.size())];
            byte = static_cast<char>(static_cast<unsigned char>(byte) ^ 1U << random_.below(8));
            add(name, file, std::move(text));
        }
    }

    void edit_lines(BundleFile file, const std::string& name) {
        const std::vector<std::string> lines = lines_of(bundle_[file]);
        if (lines.empty()) {
            return;
        }
        const auto place = static_cast<std::ptrdiff_t>(random_.below(lines.size()));
        const auto other = static_cast<std::ptrdiff_t>(random_.below(lines.size()));
        std::vector<std::string> changed = lines;
        changed.erase(changed.begin() + place);
        add(name + "-line_removed", file, joined(changed));
        changed = lines;
        changed.insert(changed.begin() + place, lines[static_cast<std::size_t>(place)]);
        add(name + "-line_doubled", file, joined(changed));
        changed = lines;
        std::iter_swap(changed.begin() + place, changed.begin() + other);
        add(name + "-lines_swapped", file, joined(changed));
        // A day's list begins its lines with their time: a date that no calendar has.
        if (file == BundleFile::list && lines.front().find('T') == 10) {
            changed = lines;
            changed[static_cast<std::size_t>(place)].replace(5, 5, "02-30");
            add(name + "-no_such_day", file, joined(changed));
        }
    }

    void edit_values(BundleFile file, const std::string& name) {
        const auto values = values_of(bundle_[file]);
        for (std::size_t i = 0; i < values.size(); ++i) {
            std::string page = bundle_[file];
            if (change_value(page, values[i], random_)) {
                add(name + "-value-" + std::to_string(i), file, std::move(page));
            }
        }
    }

    // Times in an order that lets somebody choose: a changed digit seldom makes one.
    void edit_times() {
        const std::string& rules = bundle_[BundleFile::rules];
        const std::string& sealed = bundle_[BundleFile::sealed];
        for (const std::string_view known_at : {"digits_at", "public_value_at"}) {
            put_time("sealed.json-sealed_at_" + std::string(known_at), BundleFile::sealed,
                     "sealed_at", get_text(rules, known_at));
        }
        put_time("sealed.json-sealed_before_the_day_ended", BundleFile::sealed, "sealed_at",
                 get_text(sealed, "day"));
        if (!get_text(rules, "digits_at").empty()) {
            put_time("entropy.json-opened_when_it_was_sealed", BundleFile::entropy, "opened_at",
                     get_text(sealed, "sealed_at"));
        }
    }

    void put_time(const std::string& name,
                  BundleFile file,
                  std::string_view field,
                  std::string_view time) {
        std::string page = bundle_[file];
        put_text(page, field, time);
        add(name, file, std::move(page));
    }

    const Bundle& bundle_;
    Random& random_;
    std::vector<Edit> edits_;
};

}  // namespace

std::vector<Edit> edits_of(const Bundle& bundle, Random& random) {
    return Editor(bundle, random).all();
}

}  // namespace fiscus::wire_test
