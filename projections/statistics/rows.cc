#include "projections/statistics/rows.h"

#include <charconv>
#include <cstring>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "projections/entry.h"
#include "projections/refusals/refusals.h"

namespace fiscus::projections {

namespace {

// Digits and sign of any number, or a ratio's text.
constexpr std::size_t value_bytes_max = 32;

char* put(char* to, std::string_view text) {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
}
char* put(char* to, std::int64_t number) {
    return std::to_chars(to, to + value_bytes_max, number).ptr;
}

// The text of a ratio in quotes, or null.
char* put_ratio(char* to, const Ratio& ratio) {
    char* const text = to + 1;
    char* const end = ratio_text(text, ratio);
    if (end == text) {
        return put(to, "null");
    }
    *to = '"';
    *end = '"';
    return end + 1;
}

}  // namespace

std::string encode(const CutRecord& record) {
    std::string bytes;
    const std::uint64_t finality = record.closes ? 2 : (record.final ? 1 : 0);
    for (const std::uint64_t number : {record.as_of, record.previous_as_of, record.rows,
                                       record.late_accepted, record.late_refused, record.gap_fills,
                                       record.changed_cells, record.changed_figures, finality}) {
        put_varint(bytes, number);
    }
    put_signed(bytes, record.cut_at_us);
    put_text(bytes, record.late_sequences);
    return bytes;
}

bool parse_cut(std::string_view bytes, CutRecord& record) {
    Reader reader(bytes);
    for (std::uint64_t* number : {&record.as_of, &record.previous_as_of, &record.rows,
                                  &record.late_accepted, &record.late_refused, &record.gap_fills,
                                  &record.changed_cells, &record.changed_figures}) {
        *number = reader.varint();
    }
    const std::uint64_t finality = reader.varint();
    record.final = finality != 0;
    record.closes = finality == 2;
    record.cut_at_us = reader.signed_varint();
    record.late_sequences = reader.text();
    return reader.finished();
}

std::string why_english(const CutRecord& record, std::uint32_t revision) {
    if (revision <= 1) {
        return "first cut of the day";
    }
    std::string why = record.closes ? "the programme is closed: final figures; " : "";
    if (!record.closes || record.late_entries() > 0) {
        why += std::to_string(record.late_entries()) +
               (record.late_entries() == 1 ? " entry" : " entries") +
               " came after the cut at ledger sequence " + std::to_string(record.previous_as_of) +
               ": " + std::to_string(record.late_accepted) + " accepted, " +
               std::to_string(record.late_refused) + " refused";
        if (record.gap_fills > 0) {
            why += ", " + std::to_string(record.gap_fills) + " of them filled gaps";
        }
        why += "; ";
    }
    return why + std::to_string(record.changed_figures) + " figures changed";
}

std::string why_chinese(const CutRecord& record, std::uint32_t revision) {
    if (revision <= 1) {
        return "首次出数";
    }
    std::string why = record.closes ? "活动已结束，终版数据；" : "";
    if (!record.closes || record.late_entries() > 0) {
        why += "上次截止（账序号 " + std::to_string(record.previous_as_of) + "）之后收到 " +
               std::to_string(record.late_entries()) + " 条迟到记录：接受 " +
               std::to_string(record.late_accepted) + " 条，拒绝 " +
               std::to_string(record.late_refused) + " 条";
        if (record.gap_fills > 0) {
            why += "，其中补齐缺号 " + std::to_string(record.gap_fills) + " 条";
        }
        why += "；";
    }
    return why + "变动指标 " + std::to_string(record.changed_figures) + " 项";
}

RowWriter::RowWriter(RowBuffer& rows, const Reference& reference, const CodeNames& codes)
    : rows_(&rows), reference_(&reference), codes_(&codes) {
    const auto field = [](std::string_view id, std::string_view suffix) {
        return ",\"" + std::string(id) + std::string(suffix) + "\":";
    };
    std::size_t room = 0;
    for (const Measure& measure :
         measures_of(reference.has_prize_batches, reference.has_instant_draws)) {
        const MeasureFields& fields = measure_fields_.emplace_back(
            MeasureFields{.measure = &measure,
                          .value = field(measure.id, ""),
                          .numerator = field(measure.id, "_numerator"),
                          .denominator = field(measure.id, "_denominator")});
        room += fields.value.size() + fields.numerator.size() + fields.denominator.size() +
                3 * value_bytes_max;
    }
    measures_.resize(room);
}

void RowWriter::set_head(const RowHead& head) {
    if (head == head_ && !head_fields_.empty()) {
        return;
    }
    head_ = head;
    const std::string date = date_text(head.day);
    head_key_ = std::to_string(head.programme) + "/" + date + "/";
    std::string object;
    JsonLine line(object);
    line.natural("programme", head.programme);
    line.text("programme_name", reference_->name);
    line.text("day", date);
    line.natural("revision", head.revision);
    line.natural("as_of", head.as_of);
    line.boolean("final", head.final);
    line.natural("definitions_version", definitions_version);
    // They follow others.
    head_fields_ = "," + object.substr(1);
}

JsonLine RowWriter::begin(
    const RowHead& head, Stream stream, Keep keep, std::string_view place, std::string_view type) {
    set_head(head);
    key_.assign(head_key_).append(place);
    JsonLine line = rows_->begin(stream, keep, key_, type);
    line.fields(head_fields_);
    return line;
}

JsonLine RowWriter::begin_cell(const RowHead& head,
                               Keep keep,
                               const CellKey& cell,
                               std::string_view what,
                               std::string_view type) {
    set_head(head);
    key_ = head_key_;
    append_path(key_, cell);
    key_.append(what);
    JsonLine line = rows_->begin(Stream::statistics, keep, key_, type);
    line.fields(head_fields_);
    const GroupingInfo& set = info(cell.grouping);
    line.fields(",\"grouping\":\"");
    line.fields(set.id);
    line.fields("\"");
    for (std::size_t at = 0; at < set.used; ++at) {
        line.fields(dimension_fields(cell, at));
    }
    return line;
}

const std::string& RowWriter::dimension_fields(const CellKey& cell, std::size_t at) {
    const Dimension dimension = info(cell.grouping).dimensions[at];
    const std::uint64_t value = at == 0 ? cell.first : cell.second;
    const std::uint64_t batch = dimension == Dimension::pack ? cell.first : 0;
    std::string& fields =
        dimension_fields_[static_cast<std::size_t>(dimension)][batch << 32 | value];
    if (fields.empty()) {
        const std::string_view id = info(dimension).id;
        std::string object;
        JsonLine line(object);
        line.natural(id, value);
        line.text(std::string(id) + "_name", reference_->name_of(*codes_, cell, at));
        fields = "," + object.substr(1);
    }
    return fields;
}

void RowWriter::statistics(const RowHead& head, const CellKey& cell, const Figures& figures) {
    JsonLine line = begin_cell(head, Keep::latest_and_history, cell, "", "statistics");
    put_measures(line, figures, false);
    rows_->end(line);
}

void RowWriter::put_measures(JsonLine& line, const Figures& figures, bool of_batch) {
    char* to = measures_.data();
    for (const MeasureFields& fields : measure_fields_) {
        const Measure& measure = *fields.measure;
        if (of_batch && !is_of_batch(measure)) {
            continue;
        }
        to = put(to, fields.value);
        if (measure.type != MeasureType::ratio) {
            to = put(to, measure.value(figures));
            continue;
        }
        const Ratio ratio = measure.ratio(figures);
        to = put_ratio(to, ratio);
        to = put(to, fields.numerator);
        to = put(to, ratio.numerator);
        to = put(to, fields.denominator);
        to = put(to, ratio.denominator);
    }
    line.fields({measures_.data(), to});
}

void RowWriter::fund_usage(const RowHead& head, const FundLine& fund) {
    JsonLine line = begin(head, Stream::statistics, Keep::latest_and_history,
                          "fund/" + std::to_string(fund.batch), "fund_usage");
    if (fund.batch != 0) {
        line.natural("batch", fund.batch);
        line.text("batch_name", reference_->batch_name(fund.batch));
    }
    line.integer("opening", fund.opening_fen);
    for (const FlowInfo& flow_info : flow_infos_of(reference_->has_prize_batches)) {
        line.integer(flow_info.id, flow(fund.flows, flow_info.flow));
    }
    line.integer("closing", fund.closing_fen);
    rows_->end(line);
}

void RowWriter::refusals(const RowHead& head, std::uint16_t reason, std::uint64_t count) {
    JsonLine line = begin(head, Stream::statistics, Keep::latest_and_history,
                          "refusals/" + std::to_string(reason), "refusals");
    append_reason(line, reason);
    line.natural("refused_count", count);
    rows_->end(line);
}

void RowWriter::gap(const RowHead& head, std::uint16_t source, const SourceState& state) {
    JsonLine line = begin(head, Stream::statistics, Keep::latest_and_history,
                          "gap/" + std::to_string(source), "gap");
    line.natural("source", source);
    line.text("source_name", reference_->source_name(source));
    line.natural("epoch", state.epoch);
    line.natural("highest_number", state.highest);
    line.natural("missing_count", state.missing.count());
    line.text("missing_numbers", state.missing.text());
    line.natural("abandoned_count", state.abandoned);
    rows_->end(line);
}

void RowWriter::change(const RowHead& head,
                       const CellKey& cell,
                       const Measure& measure,
                       std::int64_t before,
                       std::int64_t after) {
    JsonLine line =
        begin_cell(head, Keep::history_only, cell, "/" + std::string(measure.id), "change");
    line.text("measure", measure.id);
    line.text("measure_name", measure.chinese);
    line.integer("before", before);
    line.integer("after", after);
    rows_->end(line);
}

void RowWriter::late_entries(const RowHead& head, std::uint64_t part, std::string_view sequences) {
    JsonLine line = begin(head, Stream::statistics, Keep::history_only,
                          "late/" + std::to_string(part), "late_entries");
    line.natural("part", part);
    line.text("sequences", sequences);
    rows_->end(line);
}

void RowWriter::day(const RowHead& head, const CutRecord& record, std::uint64_t missing) {
    JsonLine line = begin(head, Stream::statistics, Keep::latest_and_history, "day", "day");
    line.text("cut_at", instant_text(record.cut_at_us));
    line.natural("previous_as_of", record.previous_as_of);
    line.natural("statistics_rows", record.rows);
    line.natural("late_entries", record.late_entries());
    line.natural("late_accepted", record.late_accepted);
    line.natural("late_refused", record.late_refused);
    line.natural("gap_fills", record.gap_fills);
    line.natural("changed_cells", record.changed_cells);
    line.natural("changed_figures", record.changed_figures);
    line.natural("missing_count", missing);
    line.text("why", why_english(record, head.revision));
    line.text("why_chinese", why_chinese(record, head.revision));
    rows_->end(line);
}

void RowWriter::control_totals(const RowHead& head, const Comparison& comparison) {
    for (std::size_t at = 0; at < control_figure_count; ++at) {
        const auto figure = static_cast<ControlFigure>(at);
        const ControlFigureInfo& about = control_figures()[at];
        std::string place = "control/" + std::to_string(comparison.platform) + "/" +
                            std::to_string(comparison.batch) + "/";
        place.append(about.id);
        JsonLine line =
            begin(head, Stream::reconciliation, Keep::latest_and_history, place, "control_total");
        line.natural("platform", comparison.platform);
        line.text("platform_name", reference_->platform_name(comparison.platform));
        line.natural("batch", comparison.batch);
        line.text("batch_name", reference_->batch_name(comparison.batch));
        line.text("figure", about.id);
        line.text("figure_name", about.chinese);
        line.text("unit", about.amount ? "fen" : "count");
        if (comparison.reported) {
            line.integer("platform_value", (*comparison.reported)[at]);
        } else {
            line.null("platform_value");
        }
        line.integer("ledger_value", comparison.ledger[at]);
        if (comparison.reported) {
            line.integer("difference", comparison.difference(figure));
        } else {
            line.null("difference");
        }
        const Verdict verdict = comparison.verdict(figure);
        line.text("verdict", id_of(verdict));
        line.text("verdict_chinese", chinese_of(verdict));
        rows_->end(line);
    }
}

void append_refund_share(RowBuffer& rows,
                         std::uint32_t programme,
                         const Reference& reference,
                         const wire::Entry& entry) {
    const std::string date = date_text(entry.business_day());
    const std::string key = std::to_string(programme) + "/" + date + "/refund_share/" +
                            std::to_string(entry.sequence());
    JsonLine line =
        rows.begin(Stream::reconciliation, Keep::latest_and_history, key, "refund_share");
    line.natural("programme", programme);
    line.text("programme_name", reference.name);
    line.text("day", date);
    line.natural("sequence", entry.sequence());
    line.natural("platform", entry.platform());
    line.text("platform_name", reference.platform_name(entry.platform()));
    line.natural("batch", entry.batch());
    line.text("batch_name", reference.batch_name(entry.batch()));
    line.text("refund", hex_of(entry.key()));
    line.text("redemption", hex_of(entry.subject()));
    line.integer("order_amount", entry.order_amount_fen());
    line.integer("subsidy", entry.amount_fen());
    line.integer("difference", entry.difference_fen());
    line.text("verdict", entry.difference_fen() > 0 ? "above_share" : "below_share");
    line.text("verdict_chinese", entry.difference_fen() > 0 ? "多退补贴" : "少退补贴");
    rows.end(line);
}

}  // namespace fiscus::projections
