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
           sum(issued_count) AS issued_count_to_date,
           sum(issued_amount) AS issued_amount_to_date,
           sum(redeemed_count) AS redeemed_count_to_date,
           sum(redeemed_amount) AS redeemed_amount_to_date,
           sum(order_amount) AS order_amount_to_date,
           sum(platform_match) AS platform_match_to_date,
           sum(merchant_match) AS merchant_match_to_date,
           sum(refunded_count) AS refunded_count_to_date,
           sum(refunded_amount) AS refunded_amount_to_date,
           sum(refunded_order_amount) AS refunded_order_amount_to_date
    FROM entries
    GROUP BY ALL),
whole AS (
    SELECT programme, first_day, last_day, cell,
           CAST(coalesce(COLUMNS(* EXCLUDE (programme, first_day, last_day, cell)), 0) AS BIGINT)
    FROM sums)
SELECT whole.* EXCLUDE cell, cells.* EXCLUDE (programme, cell),
       redeemed_amount - refunded_amount AS redeemed_amount_net,
       redeemed_amount_to_date - refunded_amount_to_date AS redeemed_amount_net_to_date,
       ratio_text(redeemed_count, issued_count) AS redemption_rate_day_count,
       ratio_text(redeemed_amount, issued_amount) AS redemption_rate_day_amount,
       ratio_text(redeemed_count_to_date, issued_count_to_date) AS redemption_rate_count,
       ratio_text(redeemed_amount_to_date, issued_amount_to_date) AS redemption_rate_amount,
       ratio_text(order_amount_to_date - refunded_order_amount_to_date,
                  redeemed_amount_to_date - refunded_amount_to_date) AS leverage_ratio,
       ratio_text(order_amount_to_date, redeemed_amount_to_date) AS leverage_ratio_gross
FROM whole
JOIN cells USING (programme, cell);

CREATE VIEW found_ranges AS FROM printed_ranges;
