-- What fiscus published and prints, only read here, never computed with.

-- Every row of the history topic; a field that its type of row does not have is null.
CREATE TABLE history AS
SELECT partition, "offset", key AS topic_key, value.*
FROM read_json(getvariable('folder') || '/statistics-history.jsonl',
               format = 'newline_delimited', columns = {
    partition: 'INTEGER', "offset": 'BIGINT', key: 'VARCHAR', value: 'STRUCT(
        "row" BIGINT, row_type VARCHAR, programme BIGINT, programme_name VARCHAR, day DATE,
        revision BIGINT, as_of BIGINT, final BOOLEAN, definitions_version BIGINT,

        grouping VARCHAR, batch BIGINT, batch_name VARCHAR, pack BIGINT, pack_name VARCHAR,
        platform BIGINT, platform_name VARCHAR, prefecture BIGINT, prefecture_name VARCHAR,
        district BIGINT, district_name VARCHAR, category BIGINT, category_name VARCHAR,
        industry BIGINT, industry_name VARCHAR, size_class BIGINT, size_class_name VARCHAR,
        channel BIGINT, channel_name VARCHAR,

        issued_count BIGINT, issued_amount BIGINT, claiming_consumers_asked BIGINT,
        claiming_consumers_received BIGINT, redeemed_count BIGINT, redeemed_amount BIGINT,
        redeeming_consumers BIGINT, redeeming_consumers_net BIGINT, redeeming_merchants BIGINT,
        redeeming_merchants_net BIGINT, order_amount BIGINT, platform_match BIGINT,
        merchant_match BIGINT, refunded_count BIGINT, refunded_amount BIGINT,
        refunded_order_amount BIGINT, redeemed_amount_net BIGINT,
        redemption_rate_day_count VARCHAR, redemption_rate_day_count_numerator BIGINT,
        redemption_rate_day_count_denominator BIGINT, redemption_rate_day_amount VARCHAR,
        redemption_rate_day_amount_numerator BIGINT, redemption_rate_day_amount_denominator BIGINT,
        issued_count_to_date BIGINT, issued_amount_to_date BIGINT, redeemed_count_to_date BIGINT,
        redeemed_amount_to_date BIGINT, order_amount_to_date BIGINT,
        platform_match_to_date BIGINT, merchant_match_to_date BIGINT,
        refunded_count_to_date BIGINT, refunded_amount_to_date BIGINT,
        refunded_order_amount_to_date BIGINT, redeemed_amount_net_to_date BIGINT,
        redemption_rate_count VARCHAR, redemption_rate_count_numerator BIGINT,
        redemption_rate_count_denominator BIGINT, redemption_rate_amount VARCHAR,
        redemption_rate_amount_numerator BIGINT, redemption_rate_amount_denominator BIGINT,
        leverage_ratio VARCHAR, leverage_ratio_numerator BIGINT, leverage_ratio_denominator BIGINT,
        leverage_ratio_gross VARCHAR, leverage_ratio_gross_numerator BIGINT,
        leverage_ratio_gross_denominator BIGINT,

        invoices_count BIGINT, invoices_amount BIGINT, invoice_consumers BIGINT,
        invoice_merchants BIGINT, invoices_verified_count BIGINT, invoices_verified_amount BIGINT,
        invoices_rejected_count BIGINT, invoices_reversed_count BIGINT,
        invoices_reversed_amount BIGINT, invoices_verified_amount_net BIGINT,
        prizes_awarded_amount BIGINT, prizes_paid_count BIGINT, prizes_paid_amount BIGINT,
        invoices_count_to_date BIGINT, invoices_amount_to_date BIGINT,
        invoices_verified_count_to_date BIGINT, invoices_verified_amount_to_date BIGINT,
        invoices_rejected_count_to_date BIGINT, invoices_reversed_count_to_date BIGINT,
        invoices_reversed_amount_to_date BIGINT, invoices_verified_amount_net_to_date BIGINT,
        prizes_awarded_amount_to_date BIGINT, prizes_paid_count_to_date BIGINT,
        prizes_paid_amount_to_date BIGINT, prize_leverage_ratio VARCHAR,
        prize_leverage_ratio_numerator BIGINT, prize_leverage_ratio_denominator BIGINT,

        draws_asked_count BIGINT, draw_consumers BIGINT, draws_won_count BIGINT,
        draws_won_amount BIGINT, draws_lost_count BIGINT, draws_won_today_count BIGINT,
        draws_cap_reached_count BIGINT, draws_stock_out_count BIGINT, draw_win_rate VARCHAR,
        draw_win_rate_numerator BIGINT, draw_win_rate_denominator BIGINT,
        draws_asked_count_to_date BIGINT, draws_won_count_to_date BIGINT,
        draws_won_amount_to_date BIGINT, draw_win_rate_to_date VARCHAR,
        draw_win_rate_to_date_numerator BIGINT, draw_win_rate_to_date_denominator BIGINT,

        measure VARCHAR, "before" BIGINT, "after" BIGINT,

        opening BIGINT, deposited BIGINT, compensated BIGINT, recovered BIGINT, returned BIGINT,
        funded BIGINT, released BIGINT, issued BIGINT, redeemed BIGINT, refunded BIGINT,
        withdrawn BIGINT, paid BIGINT, demanded BIGINT, prizes_awarded BIGINT,
        prizes_cancelled BIGINT, prizes_paid BIGINT, prizes_demanded BIGINT, closing BIGINT,

        tier BIGINT, prize_amount BIGINT, awarded_count BIGINT, awarded_amount BIGINT,
        cancelled_count BIGINT, cancelled_amount BIGINT, moved_up_count BIGINT,
        moved_up_amount BIGINT, paid_count BIGINT, paid_amount BIGINT, failed_count BIGINT,
        failed_amount BIGINT, demanded_count BIGINT, demanded_amount BIGINT,
        recovered_count BIGINT, recovered_amount BIGINT, awarded_count_to_date BIGINT,
        awarded_amount_to_date BIGINT, cancelled_count_to_date BIGINT,
        cancelled_amount_to_date BIGINT, moved_up_count_to_date BIGINT,
        moved_up_amount_to_date BIGINT, paid_count_to_date BIGINT, paid_amount_to_date BIGINT,
        failed_count_to_date BIGINT, failed_amount_to_date BIGINT, demanded_count_to_date BIGINT,
        demanded_amount_to_date BIGINT, recovered_count_to_date BIGINT,
        recovered_amount_to_date BIGINT, payable_count BIGINT, payable_amount BIGINT,

        hour BIGINT, asked_count BIGINT, won_count BIGINT, won_amount BIGINT, lost_count BIGINT,
        won_today_count BIGINT, cap_reached_count BIGINT, stock_out_count BIGINT,
        win_rate VARCHAR,

        reason_number BIGINT, reason VARCHAR, refused_count BIGINT,

        source BIGINT, source_name VARCHAR, epoch BIGINT, highest_number BIGINT,
        missing_count BIGINT, missing_numbers VARCHAR, abandoned_count BIGINT,

        part BIGINT, sequences VARCHAR,

        cut_at TIMESTAMP, previous_as_of BIGINT, statistics_rows BIGINT, late_entries BIGINT,
        late_accepted BIGINT, late_refused BIGINT, gap_fills BIGINT, changed_cells BIGINT,
        changed_figures BIGINT, why VARCHAR,

        ended_on DATE, ended_by VARCHAR)'});

-- Only digests of the latest rows: they must be the bytes of a row of the history.
CREATE TABLE latest_digests AS
SELECT topic_key, max_by(digest, "offset") AS digest, split_part(topic_key, '/', 1) AS programme
FROM (SELECT key AS topic_key, "offset", md5(value) AS digest
      FROM read_json(getvariable('folder') || '/statistics.jsonl', format = 'newline_delimited',
                     columns = {key: 'VARCHAR', "offset": 'BIGINT', value: 'JSON'}))
GROUP BY topic_key;

CREATE TABLE history_digests AS
SELECT topic_key, max_by(digest, "offset") AS digest, split_part(topic_key, '/', 1) AS programme
FROM (SELECT key AS topic_key, "offset", md5(value) AS digest
      FROM read_json(getvariable('folder') || '/statistics-history.jsonl',
                     format = 'newline_delimited',
                     columns = {key: 'VARCHAR', "offset": 'BIGINT', value: 'JSON'})
      WHERE value ->> 'row_type' NOT IN ('change', 'late_entries', 'batch_summary_change'))
GROUP BY topic_key;

CREATE TABLE reconciliation AS
SELECT partition, "offset", key AS topic_key, value.*
FROM read_json(getvariable('folder') || '/reconciliation.jsonl',
               format = 'newline_delimited', columns = {
    partition: 'INTEGER', "offset": 'BIGINT', key: 'VARCHAR', value: 'STRUCT(
        "row" BIGINT, row_type VARCHAR, programme BIGINT, programme_name VARCHAR, day DATE,
        revision BIGINT, as_of BIGINT, final BOOLEAN, definitions_version BIGINT,
        platform BIGINT, platform_name VARCHAR, batch BIGINT, batch_name VARCHAR, figure VARCHAR,
        unit VARCHAR, platform_value BIGINT, ledger_value BIGINT, difference BIGINT,
        verdict VARCHAR,
        "sequence" BIGINT, refund VARCHAR, redemption VARCHAR, order_amount BIGINT,
        subsidy BIGINT)'});

CREATE TABLE refusals AS
SELECT partition, "offset", key AS topic_key, value.*
FROM read_json(getvariable('folder') || '/refusals.jsonl',
               format = 'newline_delimited', columns = {
    partition: 'INTEGER', "offset": 'BIGINT', key: 'VARCHAR', value: 'STRUCT(
        "row" BIGINT, row_type VARCHAR, "sequence" BIGINT, input_offset BIGINT,
        logged_at TIMESTAMP, reason_number BIGINT, reason VARCHAR, programme BIGINT, source BIGINT,
        epoch BIGINT, source_sequence UBIGINT, kind VARCHAR, natural_key VARCHAR, subject VARCHAR,
        occurred_at TIMESTAMP, platform BIGINT, batch BIGINT)'});

CREATE TABLE outcomes AS
SELECT partition, "offset", key AS topic_key, value.*
FROM read_json(getvariable('folder') || '/outcomes.jsonl',
               format = 'newline_delimited', columns = {
    partition: 'INTEGER', "offset": 'BIGINT', key: 'VARCHAR', value: 'STRUCT(
        "row" BIGINT, row_type VARCHAR, "sequence" BIGINT, input_offset BIGINT,
        logged_at TIMESTAMP, programme BIGINT, platform BIGINT, source BIGINT,
        request VARCHAR, answer VARCHAR, repeated BOOLEAN, reason_number BIGINT, reason VARCHAR,
        day DATE, batch BIGINT, tier BIGINT, pack BIGINT, denomination BIGINT, amount BIGINT,
        voucher VARCHAR,
        epoch BIGINT, first_missing UBIGINT, last_missing UBIGINT,
        registration VARCHAR, phone_of_other BOOLEAN, device_of_other BOOLEAN)'});

-- What commands print about the state, collected by the test.
CREATE TABLE printed_balances AS
FROM read_json(getvariable('folder') || '/printed_balances.jsonl',
               format = 'newline_delimited', columns = {
    of: 'VARCHAR', programme: 'VARCHAR', account: 'VARCHAR', batch: 'VARCHAR', key: 'VARCHAR',
    balance: 'BIGINT'});

CREATE TABLE printed_position AS
FROM read_json(getvariable('folder') || '/printed_position.jsonl',
               format = 'newline_delimited', columns = {
    programme: 'BIGINT', item: 'VARCHAR', amount: 'BIGINT'});

CREATE TABLE asked_ranges AS
FROM read_json(getvariable('folder') || '/asked_ranges.jsonl',
               format = 'newline_delimited', columns = {
    programme: 'BIGINT', first_day: 'DATE', last_day: 'DATE'});

CREATE TABLE printed_ranges AS
FROM read_json(getvariable('folder') || '/printed_ranges.jsonl',
               format = 'newline_delimited', columns = {
    programme: 'BIGINT', first_day: 'DATE', last_day: 'DATE', grouping: 'VARCHAR',
    batch: 'BIGINT', pack: 'BIGINT', platform: 'BIGINT', prefecture: 'BIGINT', district: 'BIGINT',
    category: 'BIGINT', industry: 'BIGINT', size_class: 'BIGINT', channel: 'BIGINT',
    issued_count: 'BIGINT', issued_amount: 'BIGINT', claiming_consumers_asked: 'BIGINT',
    claiming_consumers_received: 'BIGINT', redeemed_count: 'BIGINT', redeemed_amount: 'BIGINT',
    redeeming_consumers: 'BIGINT', redeeming_consumers_net: 'BIGINT',
    redeeming_merchants: 'BIGINT', redeeming_merchants_net: 'BIGINT', order_amount: 'BIGINT',
    platform_match: 'BIGINT', merchant_match: 'BIGINT', refunded_count: 'BIGINT',
    refunded_amount: 'BIGINT', refunded_order_amount: 'BIGINT', redeemed_amount_net: 'BIGINT',
    redemption_rate_day_count: 'VARCHAR', redemption_rate_day_amount: 'VARCHAR',
    issued_count_to_date: 'BIGINT', issued_amount_to_date: 'BIGINT',
    redeemed_count_to_date: 'BIGINT', redeemed_amount_to_date: 'BIGINT',
    order_amount_to_date: 'BIGINT', platform_match_to_date: 'BIGINT',
    merchant_match_to_date: 'BIGINT', refunded_count_to_date: 'BIGINT',
    refunded_amount_to_date: 'BIGINT', refunded_order_amount_to_date: 'BIGINT',
    redeemed_amount_net_to_date: 'BIGINT', redemption_rate_count: 'VARCHAR',
    redemption_rate_amount: 'VARCHAR', leverage_ratio: 'VARCHAR',
    leverage_ratio_gross: 'VARCHAR',
    invoices_count: 'BIGINT', invoices_amount: 'BIGINT', invoice_consumers: 'BIGINT',
    invoice_merchants: 'BIGINT', invoices_verified_count: 'BIGINT',
    invoices_verified_amount: 'BIGINT', invoices_rejected_count: 'BIGINT',
    invoices_reversed_count: 'BIGINT', invoices_reversed_amount: 'BIGINT',
    invoices_verified_amount_net: 'BIGINT', prizes_awarded_amount: 'BIGINT',
    prizes_paid_count: 'BIGINT', prizes_paid_amount: 'BIGINT', invoices_count_to_date: 'BIGINT',
    invoices_amount_to_date: 'BIGINT', invoices_verified_count_to_date: 'BIGINT',
    invoices_verified_amount_to_date: 'BIGINT', invoices_rejected_count_to_date: 'BIGINT',
    invoices_reversed_count_to_date: 'BIGINT', invoices_reversed_amount_to_date: 'BIGINT',
    invoices_verified_amount_net_to_date: 'BIGINT', prizes_awarded_amount_to_date: 'BIGINT',
    prizes_paid_count_to_date: 'BIGINT', prizes_paid_amount_to_date: 'BIGINT',
    prize_leverage_ratio: 'VARCHAR',
    draws_asked_count: 'BIGINT', draw_consumers: 'BIGINT', draws_won_count: 'BIGINT',
    draws_won_amount: 'BIGINT', draws_lost_count: 'BIGINT', draws_won_today_count: 'BIGINT',
    draws_cap_reached_count: 'BIGINT', draws_stock_out_count: 'BIGINT', draw_win_rate: 'VARCHAR',
    draws_asked_count_to_date: 'BIGINT', draws_won_count_to_date: 'BIGINT',
    draws_won_amount_to_date: 'BIGINT', draw_win_rate_to_date: 'VARCHAR'});
