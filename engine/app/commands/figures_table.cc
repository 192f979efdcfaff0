#include "engine/app/commands/figures_table.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/app/output/utf8.h"
#include "engine/base/check.h"
#include "projections/statistics/measures.h"

namespace fiscus::app {
namespace {

ColumnKind kind_of(projections::CellType type) {
    switch (type) {
        case projections::CellType::text: return ColumnKind::text;
        case projections::CellType::code: return ColumnKind::code;
        case projections::CellType::integer: return ColumnKind::integer;
        case projections::CellType::yuan: return ColumnKind::fen;
        case projections::CellType::ratio: return ColumnKind::decimal;
        case projections::CellType::boolean: return ColumnKind::boolean;
    }
    FISCUS_CHECK(false, "every type of a cell has a kind of column");
}

// The cell of money reads as yuan, so its heading says so.
std::string heading_of(const projections::Column& column, Language language) {
    const bool yuan = column.type == projections::CellType::yuan;
    if (language == Language::english) {
        return column.english + (yuan ? " (yuan)" : "");
    }
    return column.chinese + (yuan ? "（元）" : "");
}

constexpr std::array<std::string_view, 2> ratio_parts{"_numerator", "_denominator"};

bool is_part_of_ratio(std::string_view name) {
    return std::ranges::any_of(ratio_parts, [name](std::string_view part) {
        return name.ends_with(part) &&
               projections::find_measure(name.substr(0, name.size() - part.size())) != nullptr;
    });
}

}  // namespace

Language language_of(const Settings& settings) {
    return settings.text(Setting::output_language) == "en" ? Language::english : Language::chinese;
}

Table table_of(const projections::Table& table, Language language) {
    Table out;
    for (const projections::Column& column : table.columns) {
        out.columns.push_back({column.id, heading_of(column, language), kind_of(column.type)});
    }
    out.rows = table.rows;
    return out;
}

const std::vector<std::string>& notes_of(const projections::Table& table, Language language) {
    return language == Language::english ? table.notes_english : table.notes_chinese;
}

std::string title_of(const projections::Table& table, Language language) {
    return printable(language == Language::english ? table.english : table.chinese);
}

Table with_head(const Table& table, const std::vector<SharedCell>& head) {
    Table out;
    std::vector<std::string> shared;
    for (const SharedCell& one : head) {
        out.columns.push_back(one.column);
        shared.push_back(one.cell);
    }
    out.columns.insert(out.columns.end(), table.columns.begin(), table.columns.end());
    for (const std::vector<std::string>& row : table.rows) {
        std::vector<std::string>& cells = out.rows.emplace_back(shared);
        cells.insert(cells.end(), row.begin(), row.end());
    }
    return out;
}

std::vector<SharedCell> programme_head(const projections::ProgrammeSummary& programme,
                                       std::uint64_t as_of,
                                       Language language) {
    const bool chinese = language == Language::chinese;
    return {{{"programme", chinese ? "活动代码" : "Programme code", ColumnKind::code},
             fmt::format("{}", programme.programme.value())},
            {{"programme_name", chinese ? "活动" : "Programme", ColumnKind::text}, programme.name},
            {{"as_of", chinese ? "截至账序号" : "As of ledger sequence", ColumnKind::integer},
             fmt::format("{}", as_of)}};
}

Table with_columns(const Table& table, const std::vector<std::string>& names) {
    std::vector<std::size_t> kept;
    for (const std::string& name : names) {
        const auto found = std::ranges::find(table.columns, name, &Column::name);
        if (found != table.columns.end()) {
            kept.push_back(static_cast<std::size_t>(found - table.columns.begin()));
        }
    }
    Table out;
    for (const std::size_t index : kept) {
        out.columns.push_back(table.columns[index]);
    }
    for (const std::vector<std::string>& row : table.rows) {
        std::vector<std::string>& cells = out.rows.emplace_back();
        for (const std::size_t index : kept) {
            cells.push_back(row[index]);
        }
    }
    return out;
}

Table in_one_language(const Table& table, Language language) {
    constexpr std::string_view ending = "_chinese";
    const auto has = [&table](const std::string& name) {
        return std::ranges::find(table.columns, name, &Column::name) != table.columns.end();
    };
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        const bool chinese = column.name.ends_with(ending) &&
                             has(column.name.substr(0, column.name.size() - ending.size()));
        const bool english = has(column.name + std::string(ending));
        if (language == Language::chinese ? !english : !chinese) {
            names.push_back(column.name);
        }
    }
    return with_columns(table, names);
}

Table with_measures(const Table& table, const std::vector<std::string>& measures) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) {
        if (projections::find_measure(column.name) == nullptr && !is_part_of_ratio(column.name)) {
            names.push_back(column.name);
        }
    }
    for (const std::string& measure : measures) {
        names.push_back(measure);
        for (const std::string_view part : ratio_parts) {
            names.push_back(measure + std::string(part));
        }
    }
    return with_columns(table, names);
}

Table table_for_people(const Table& table) {
    return with_measures(
        table,
        {"issued_count", "issued_amount", "redeemed_count", "redeemed_amount", "refunded_amount",
         "redeeming_consumers", "redeeming_merchants", "redemption_rate_amount", "leverage_ratio",
         // Of programmes that have prize batches.
         "invoices_verified_count", "invoices_verified_amount_net", "invoice_consumers",
         "prizes_paid_amount", "prize_leverage_ratio",
         // Of those that have instant draws.
         "draws_asked_count", "draws_won_count", "draws_won_amount", "draw_win_rate"});
}

bool ends_with_zero(const Table& table) {
    const auto money = std::ranges::find(table.columns, ColumnKind::fen, &Column::kind);
    FISCUS_CHECK(money != table.columns.end() && !table.rows.empty(),
                 "a table of balances has a column of money and a last row");
    return table.rows.back()[static_cast<std::size_t>(money - table.columns.begin())] == "0";
}

}  // namespace fiscus::app
