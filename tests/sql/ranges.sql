-- Statistics as `fiscus statistics` prints them: several days as known now, a single day as known
-- at its last cut. Sums add up, consumers and merchants are unions of the days.

CREATE TABLE expected_ranges AS
WITH ranges AS (
    SELECT programme, asked_ranges.first_day, last_day,
           greatest(asked_ranges.first_day, programmes.first_day) AS first_reported,
           CASE WHEN asked_ranges.first_day = last_day THEN max(as_of) END AS known_until
    FROM asked_ranges
    JOIN programmes USING (programme)
    LEFT JOIN revisions ON revisions.programme = asked_ranges.programme AND day = last_day
    GROUP BY programme, asked_ranges.first_day, last_day, programmes.first_day),
entries AS (
    SELECT counted.*, cell, ranges.first_day, last_day, day >= first_reported AS inside,
           inside AND NOT coalesce(returned_at <= coalesce(known_until, returned_at), false)
               AS stands
    FROM ranges
    JOIN counted USING (programme)
    JOIN places USING (programme, sequence)
    WHERE day <= last_day AND sequence <= coalesce(known_until, sequence)),
sums AS (
    SELECT programme, first_day, last_day, cell,
           count(DISTINCT asking_consumer) FILTER (inside) AS claiming_consumers_asked,
           count(DISTINCT receiving_consumer) FILTER (inside) AS claiming_consumers_received,
           count(DISTINCT redeeming_consumer) FILTER (inside) AS redeeming_consumers,
           count(DISTINCT redeeming_consumer) FILTER (stands) AS redeeming_consumers_net,
           count(DISTINCT redeeming_merchant) FILTER (inside) AS redeeming_merchants,
           count(DISTINCT redeeming_merchant) FILTER (stands) AS redeeming_merchants_net,
           sum(issued_count) FILTER (inside) AS issued_count,
           sum(issued_amount) FILTER (inside) AS issued_amount,
           sum(redeemed_count) FILTER (inside) AS redeemed_count,
           sum(redeemed_amount) FILTER (inside) AS redeemed_amount,
           sum(order_amount) FILTER (inside) AS order_amount,
           sum(platform_match) FILTER (inside) AS platform_match,
           sum(merchant_match) FILTER (inside) AS merchant_match,
           sum(refunded_count) FILTER (inside) AS refunded_count,
           sum(refunded_amount) FILTER (inside) AS refunded_amount,
           sum(refunded_order_amount) FILTER (inside) AS refunded_order_amount,
           count(DISTINCT submitting_consumer) FILTER (inside) AS invoice_consumers,
           count(DISTINCT invoicing_merchant) FILTER (inside) AS invoice_merchants,
           sum(invoices_count) FILTER (inside) AS invoices_count,
           sum(invoices_amount) FILTER (inside) AS invoices_amount,
           sum(invoices_verified_count) FILTER (inside) AS invoices_verified_count,
           sum(invoices_verified_amount) FILTER (inside) AS invoices_verified_amount,
           sum(invoices_rejected_count) FILTER (inside) AS invoices_rejected_count,
           sum(invoices_reversed_count) FILTER (inside) AS invoices_reversed_count,
           sum(invoices_reversed_amount) FILTER (inside) AS invoices_reversed_amount,
           sum(tickets_reversed_amount) FILTER (inside) AS tickets_reversed_amount,
           sum(prizes_awarded_amount) FILTER (inside) AS prizes_awarded_amount,
           sum(prizes_paid_count) FILTER (inside) AS prizes_paid_count,
           sum(prizes_paid_amount) FILTER (inside) AS prizes_paid_amount,
           count(DISTINCT drawing_consumer) FILTER (inside) AS draw_consumers,
           sum(draws_asked_count) FILTER (inside) AS draws_asked_count,
           sum(draws_won_count) FILTER (inside) AS draws_won_count,
           sum(draws_won_amount) FILTER (inside) AS draws_won_amount,
           sum(draws_lost_count) FILTER (inside) AS draws_lost_count,
           sum(draws_won_today_count) FILTER (inside) AS draws_won_today_count,
           sum(draws_cap_reached_count) FILTER (inside) AS draws_cap_reached_count,
           sum(draws_stock_out_count) FILTER (inside) AS draws_stock_out_count,
           sum(issued_count) AS issued_count_to_date,
           sum(issued_amount) AS issued_amount_to_date,
           sum(redeemed_count) AS redeemed_count_to_date,
           sum(redeemed_amount) AS redeemed_amount_to_date,
           sum(order_amount) AS order_amount_to_date,
           sum(platform_match) AS platform_match_to_date,
           sum(merchant_match) AS merchant_match_to_date,
           sum(refunded_count) AS refunded_count_to_date,
           sum(refunded_amount) AS refunded_amount_to_date,
           sum(refunded_order_amount) AS refunded_order_amount_to_date,
           sum(invoices_count) AS invoices_count_to_date,
           sum(invoices_amount) AS invoices_amount_to_date,
           sum(invoices_verified_count) AS invoices_verified_count_to_date,
           sum(invoices_verified_amount) AS invoices_verified_amount_to_date,
           sum(invoices_rejected_count) AS invoices_rejected_count_to_date,
           sum(invoices_reversed_count) AS invoices_reversed_count_to_date,
           sum(invoices_reversed_amount) AS invoices_reversed_amount_to_date,
           sum(tickets_reversed_amount) AS tickets_reversed_amount_to_date,
           sum(prizes_awarded_amount) AS prizes_awarded_amount_to_date,
           sum(prizes_paid_count) AS prizes_paid_count_to_date,
           sum(prizes_paid_amount) AS prizes_paid_amount_to_date,
           sum(draws_asked_count) AS draws_asked_count_to_date,
           sum(draws_won_count) AS draws_won_count_to_date,
           sum(draws_won_amount) AS draws_won_amount_to_date
    FROM entries
    GROUP BY ALL),
whole AS (
    SELECT programme, first_day, last_day, cell,
           CAST(coalesce(COLUMNS(* EXCLUDE (programme, first_day, last_day, cell)), 0) AS BIGINT)
    FROM sums),
told AS (
SELECT whole.* EXCLUDE (cell, tickets_reversed_amount, tickets_reversed_amount_to_date), cells.* EXCLUDE (programme, cell),
       redeemed_amount - refunded_amount AS redeemed_amount_net,
       redeemed_amount_to_date - refunded_amount_to_date AS redeemed_amount_net_to_date,
       ratio_text(redeemed_count, issued_count) AS redemption_rate_day_count,
       ratio_text(redeemed_amount, issued_amount) AS redemption_rate_day_amount,
       ratio_text(redeemed_count_to_date, issued_count_to_date) AS redemption_rate_count,
       ratio_text(redeemed_amount_to_date, issued_amount_to_date) AS redemption_rate_amount,
       ratio_text(order_amount_to_date - refunded_order_amount_to_date,
                  redeemed_amount_to_date - refunded_amount_to_date) AS leverage_ratio,
       ratio_text(order_amount_to_date, redeemed_amount_to_date) AS leverage_ratio_gross,
       invoices_verified_amount - tickets_reversed_amount AS invoices_verified_amount_net,
       invoices_verified_amount_to_date - tickets_reversed_amount_to_date
           AS invoices_verified_amount_net_to_date,
       ratio_text(invoices_verified_amount_to_date - tickets_reversed_amount_to_date,
                  prizes_awarded_amount_to_date) AS prize_leverage_ratio,
       ratio_text(draws_won_count, draws_asked_count) AS draw_win_rate,
       ratio_text(draws_won_count_to_date, draws_asked_count_to_date) AS draw_win_rate_to_date
FROM whole
JOIN cells USING (programme, cell))
SELECT COLUMNS(lambda name: NOT regexp_matches(name, '^(invoice|prize|draws?_|told_)')),
       CASE WHEN told_from IS NOT NULL THEN COLUMNS('^(invoice|prize)') END,
       CASE WHEN told_of_draws_from IS NOT NULL THEN COLUMNS('^draws?_') END
FROM (FROM told LEFT JOIN prize_programmes USING (programme)
                LEFT JOIN draw_programmes USING (programme));

CREATE VIEW found_ranges AS FROM printed_ranges;
