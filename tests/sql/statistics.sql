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
       sum(issued_count) AS issued_count,
       sum(issued_amount) AS issued_amount,
       sum(redeemed_count) AS redeemed_count,
       sum(redeemed_amount) AS redeemed_amount,
       sum(order_amount) AS order_amount,
       sum(platform_match) AS platform_match,
       sum(merchant_match) AS merchant_match,
       sum(refunded_count) AS refunded_count,
       sum(refunded_amount) AS refunded_amount,
       sum(refunded_order_amount) AS refunded_order_amount
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
       sum(refunded_order_amount) AS refunded_order_amount
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
       sum(refunded_order_amount) AS refunded_order_amount_to_date
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
SELECT *,
       redeemed_amount - refunded_amount AS redeemed_amount_net,
       redeemed_amount_to_date - refunded_amount_to_date AS redeemed_amount_net_to_date
FROM sums;

-- The figures as a row says them: the ratios as text and as a pair.
CREATE TABLE expected_statistics AS
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
           AS leverage_ratio_gross
FROM figures
JOIN cells USING (programme, cell);

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
       COLUMNS('^(redemption_rate|leverage_ratio)')
FROM history
WHERE row_type = 'statistics';
