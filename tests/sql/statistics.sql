-- The statistics of every revision, counted anew from the entries that were there at its cut
-- (docs/domain.md §5, docs/definitions.md).

-- Figures of the day itself. Net: with a redemption of the day that was not refunded whole by the
-- cut, on whichever day the refund came.
CREATE TABLE day_figures AS
SELECT programme, revisions.day, revision, cell,
       count(DISTINCT asking_consumer) AS claiming_consumers_asked,
       count(DISTINCT receiving_consumer) AS claiming_consumers_received,
       count(DISTINCT redeeming_consumer) AS redeeming_consumers,
       count(DISTINCT redeeming_consumer) FILTER (stands) AS redeeming_consumers_net,
       count(DISTINCT redeeming_merchant) AS redeeming_merchants,
       count(DISTINCT redeeming_merchant) FILTER (stands) AS redeeming_merchants_net,
       count(DISTINCT submitting_consumer) AS invoice_consumers,
       count(DISTINCT invoicing_merchant) AS invoice_merchants,
       count(DISTINCT drawing_consumer) AS draw_consumers,
       sum(issued_count) AS issued_count,
       sum(issued_amount) AS issued_amount,
       sum(redeemed_count) AS redeemed_count,
       sum(redeemed_amount) AS redeemed_amount,
       sum(order_amount) AS order_amount,
       sum(platform_match) AS platform_match,
       sum(merchant_match) AS merchant_match,
       sum(refunded_count) AS refunded_count,
       sum(refunded_amount) AS refunded_amount,
       sum(refunded_order_amount) AS refunded_order_amount,
       sum(invoices_count) AS invoices_count,
       sum(invoices_amount) AS invoices_amount,
       sum(invoices_verified_count) AS invoices_verified_count,
       sum(invoices_verified_amount) AS invoices_verified_amount,
       sum(invoices_rejected_count) AS invoices_rejected_count,
       sum(invoices_reversed_count) AS invoices_reversed_count,
       sum(invoices_reversed_amount) AS invoices_reversed_amount,
       sum(tickets_reversed_amount) AS tickets_reversed_amount,
       sum(prizes_awarded_amount) AS prizes_awarded_amount,
       sum(prizes_paid_count) AS prizes_paid_count,
       sum(prizes_paid_amount) AS prizes_paid_amount,
       sum(draws_asked_count) AS draws_asked_count,
       sum(draws_won_count) AS draws_won_count,
       sum(draws_won_amount) AS draws_won_amount,
       sum(draws_lost_count) AS draws_lost_count,
       sum(draws_won_today_count) AS draws_won_today_count,
       sum(draws_cap_reached_count) AS draws_cap_reached_count,
       sum(draws_stock_out_count) AS draws_stock_out_count
FROM (SELECT counted.*, revision, returned_at IS NULL OR returned_at > as_of AS stands
      FROM revisions
      JOIN counted USING (programme, day)
      WHERE sequence <= as_of) AS revisions
JOIN places USING (programme, sequence)
GROUP BY ALL;

-- Sums by cell, day, and the first cut that knew of them, so that adding up to a date is cheap.
CREATE TABLE known AS
SELECT counted.programme, cell, day, as_of AS known_at,
       sum(issued_count) AS issued_count,
       sum(issued_amount) AS issued_amount,
       sum(redeemed_count) AS redeemed_count,
       sum(redeemed_amount) AS redeemed_amount,
       sum(order_amount) AS order_amount,
       sum(platform_match) AS platform_match,
       sum(merchant_match) AS merchant_match,
       sum(refunded_count) AS refunded_count,
       sum(refunded_amount) AS refunded_amount,
       sum(refunded_order_amount) AS refunded_order_amount,
       sum(invoices_count) AS invoices_count,
       sum(invoices_amount) AS invoices_amount,
       sum(invoices_verified_count) AS invoices_verified_count,
       sum(invoices_verified_amount) AS invoices_verified_amount,
       sum(invoices_rejected_count) AS invoices_rejected_count,
       sum(invoices_reversed_count) AS invoices_reversed_count,
       sum(invoices_reversed_amount) AS invoices_reversed_amount,
       sum(tickets_reversed_amount) AS tickets_reversed_amount,
       sum(prizes_awarded_amount) AS prizes_awarded_amount,
       sum(prizes_paid_count) AS prizes_paid_count,
       sum(prizes_paid_amount) AS prizes_paid_amount,
       sum(draws_asked_count) AS draws_asked_count,
       sum(draws_won_count) AS draws_won_count,
       sum(draws_won_amount) AS draws_won_amount
FROM counted
ASOF JOIN clocks ON counted.programme = clocks.programme AND counted.sequence <= clocks.as_of
JOIN places ON places.programme = counted.programme AND places.sequence = counted.sequence
GROUP BY ALL;

-- Everything up to the day, days before the programme's first among them, as known at the cut. A
-- cell has a row from the first day on which something counts in it.
CREATE TABLE to_date_figures AS
SELECT revisions.programme, revisions.day, revision, as_of, final, cell,
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
FROM revisions
JOIN known ON known.programme = revisions.programme AND known.day <= revisions.day
          AND known_at <= as_of
GROUP BY ALL
UNION ALL BY NAME
SELECT programme, day, revision, as_of, final, 'programme' AS cell
FROM revisions
WHERE NOT EXISTS (SELECT 1 FROM known
                  WHERE known.programme = revisions.programme AND known.day <= revisions.day
                    AND known_at <= as_of);

CREATE TABLE figures AS
WITH sums AS (
    SELECT programme, day, revision, as_of, final, cell,
           CAST(coalesce(COLUMNS(* EXCLUDE (programme, day, revision, as_of, final, cell)), 0)
                AS BIGINT)
    FROM to_date_figures
    LEFT JOIN day_figures USING (programme, day, revision, cell))
SELECT * EXCLUDE (tickets_reversed_amount, tickets_reversed_amount_to_date),
       redeemed_amount - refunded_amount AS redeemed_amount_net,
       redeemed_amount_to_date - refunded_amount_to_date AS redeemed_amount_net_to_date,
       invoices_verified_amount - tickets_reversed_amount AS invoices_verified_amount_net,
       invoices_verified_amount_to_date - tickets_reversed_amount_to_date
           AS invoices_verified_amount_net_to_date
FROM sums;

-- Programmes whose rows speak of invoices and prizes, and from which entry on.
CREATE TABLE prize_programmes AS
SELECT programme, min(sequence) AS told_from
FROM journal
WHERE kind = 'PrizeBatchOpened' AND outcome = 'accepted'
GROUP BY programme;

-- The same for instant draws.
CREATE TABLE draw_programmes AS
SELECT programme, min(sequence) AS told_of_draws_from
FROM journal
WHERE kind = 'InstantDrawOpened' AND outcome = 'accepted'
GROUP BY programme;

-- The figures as a row says them: the ratios as text and as a pair.
CREATE TABLE expected_statistics AS
WITH whole AS (
SELECT figures.*, cells.* EXCLUDE (programme, cell),
       redeemed_count AS redemption_rate_day_count_numerator,
       issued_count AS redemption_rate_day_count_denominator,
       redeemed_amount AS redemption_rate_day_amount_numerator,
       issued_amount AS redemption_rate_day_amount_denominator,
       redeemed_count_to_date AS redemption_rate_count_numerator,
       issued_count_to_date AS redemption_rate_count_denominator,
       redeemed_amount_to_date AS redemption_rate_amount_numerator,
       issued_amount_to_date AS redemption_rate_amount_denominator,
       order_amount_to_date - refunded_order_amount_to_date AS leverage_ratio_numerator,
       redeemed_amount_to_date - refunded_amount_to_date AS leverage_ratio_denominator,
       order_amount_to_date AS leverage_ratio_gross_numerator,
       redeemed_amount_to_date AS leverage_ratio_gross_denominator,
       ratio_text(redeemed_count, issued_count) AS redemption_rate_day_count,
       ratio_text(redeemed_amount, issued_amount) AS redemption_rate_day_amount,
       ratio_text(redeemed_count_to_date, issued_count_to_date) AS redemption_rate_count,
       ratio_text(redeemed_amount_to_date, issued_amount_to_date) AS redemption_rate_amount,
       ratio_text(leverage_ratio_numerator, leverage_ratio_denominator) AS leverage_ratio,
       ratio_text(leverage_ratio_gross_numerator, leverage_ratio_gross_denominator)
           AS leverage_ratio_gross,
       invoices_verified_amount_net_to_date AS prize_leverage_ratio_numerator,
       prizes_awarded_amount_to_date AS prize_leverage_ratio_denominator,
       ratio_text(prize_leverage_ratio_numerator, prize_leverage_ratio_denominator)
           AS prize_leverage_ratio,
       draws_won_count AS draw_win_rate_numerator,
       draws_asked_count AS draw_win_rate_denominator,
       ratio_text(draws_won_count, draws_asked_count) AS draw_win_rate,
       draws_won_count_to_date AS draw_win_rate_to_date_numerator,
       draws_asked_count_to_date AS draw_win_rate_to_date_denominator,
       ratio_text(draws_won_count_to_date, draws_asked_count_to_date) AS draw_win_rate_to_date
FROM figures
JOIN cells USING (programme, cell))
SELECT COLUMNS(lambda name: NOT regexp_matches(name, '^(invoice|prize|draws?_|told_)')),
       CASE WHEN told_from < as_of THEN COLUMNS('^(invoice|prize)') END,
       CASE WHEN told_of_draws_from < as_of THEN COLUMNS('^draws?_') END
FROM (FROM whole LEFT JOIN prize_programmes USING (programme)
                 LEFT JOIN draw_programmes USING (programme));

CREATE VIEW found_statistics AS
SELECT substr(topic_key, length(programme || '/' || day || '/') + 1) AS cell,
       programme, day, revision, as_of, final, grouping, batch, pack, platform, prefecture,
       district, category, industry, size_class, channel, issued_count, issued_amount,
       claiming_consumers_asked, claiming_consumers_received, redeemed_count, redeemed_amount,
       redeeming_consumers, redeeming_consumers_net, redeeming_merchants, redeeming_merchants_net,
       order_amount, platform_match, merchant_match, refunded_count, refunded_amount,
       refunded_order_amount, redeemed_amount_net, issued_count_to_date, issued_amount_to_date,
       redeemed_count_to_date, redeemed_amount_to_date, order_amount_to_date,
       platform_match_to_date, merchant_match_to_date, refunded_count_to_date,
       refunded_amount_to_date, refunded_order_amount_to_date, redeemed_amount_net_to_date,
       COLUMNS('^(redemption_rate|leverage_ratio|invoice|prize_leverage|prizes_[a-z]+_(count|amount)|draws?_)')
FROM history
WHERE row_type = 'statistics';
