-- The summaries of batches that ended (docs/definitions.md, "Batch summaries"): at some
-- cuts of a programme, what is known of each batch that had ended by then; a revision is published
-- where that is not what it was.

-- Days before the programme's first count as the day before it.
CREATE TABLE batch_ends AS
WITH told AS (
    SELECT programme, CAST(body ->> 'batch' AS BIGINT) AS batch, sequence AS known_at,
           DATE '1970-01-01' + CAST(body ->> 'redeem_last_day' AS INTEGER) AS day,
           'window_over' AS how
    FROM details
    WHERE kind = 'BatchOpened'
    UNION ALL
    SELECT programme, batch, sequence, business_day,
           CASE kind WHEN 'BatchClosed' THEN 'closed' WHEN 'DrawExecuted' THEN 'drawn'
                     ELSE 'draw_aborted' END
    FROM journal
    WHERE outcome = 'accepted' AND kind IN ('BatchClosed', 'DrawExecuted', 'DrawAborted'))
SELECT programme, batch, known_at, greatest(day, first_day - 1) AS day, how
FROM told
JOIN programmes USING (programme);

-- Cuts at which some day got a revision.
CREATE TABLE summary_cuts AS
SELECT revisions.programme, as_of, last_day AS day,
       coalesce(lag(last_day) OVER of_programme, first_day - 1) AS day_before,
       coalesce(as_of >= closing_cut, false) AS final,
       coalesce(as_of = closing_cut, false) AS closing
FROM (SELECT DISTINCT programme, as_of FROM revisions) AS revisions
JOIN programmes USING (programme)
JOIN clocks USING (programme, as_of)
LEFT JOIN closing_cuts ON closing_cuts.programme = revisions.programme
WINDOW of_programme AS (PARTITION BY revisions.programme ORDER BY as_of);

-- The cuts that look at a batch: the first one by which it had ended, the first one after the close,
-- and those that take the third day after the end or a 28th day after that. The first day of an end
-- counts; on one day an event comes before the end of the window, which is the day's.
CREATE TABLE ended_batches AS
WITH ends AS (
    SELECT cuts.*, batch, batch_ends.day AS ended_on, how AS ended_by
    FROM summary_cuts AS cuts
    JOIN batch_ends USING (programme)
    WHERE known_at <= as_of
    QUALIFY row_number() OVER (PARTITION BY cuts.programme, batch, as_of
                               ORDER BY ended_on, ended_by = 'window_over', known_at) = 1),
looks AS (
    SELECT * EXCLUDE (day_before, closing)
    FROM ends
    WHERE ended_on <= day
    QUALIFY closing OR row_number() OVER (PARTITION BY programme, batch ORDER BY as_of) = 1
         OR EXISTS (FROM generate_series(ended_on + 3, day, INTERVAL 28 DAY) AS scheduled(due)
                    WHERE due > day_before))
SELECT *, lag(as_of) OVER cuts_of_batch AS earlier_as_of,
       lag({f: final, o: ended_on, b: ended_by}) OVER cuts_of_batch AS earlier
FROM looks
WINDOW cuts_of_batch AS (PARTITION BY programme, batch ORDER BY as_of);

-- Over all days, those before the programme's first too; distinct ones are unions of the days. Of the
-- batch (district null) and of each district.
CREATE TABLE summary_figures AS
WITH known AS (
    SELECT counted.*, as_of, returned_at IS NULL OR returned_at > as_of AS stands
    FROM ended_batches
    JOIN counted ON counted.programme = ended_batches.programme
                AND counted.batch = ended_batches.batch
    WHERE counted.day <= ended_batches.day AND sequence <= as_of),
sums AS (
    SELECT programme, batch, as_of, district,
           count(DISTINCT asking_consumer) AS claiming_consumers_asked,
           count(DISTINCT receiving_consumer) AS claiming_consumers_received,
           count(DISTINCT redeeming_consumer) AS redeeming_consumers,
           count(DISTINCT redeeming_consumer) FILTER (stands) AS redeeming_consumers_net,
           count(DISTINCT redeeming_merchant) AS redeeming_merchants,
           count(DISTINCT redeeming_merchant) FILTER (stands) AS redeeming_merchants_net,
           count(DISTINCT submitting_consumer) AS invoice_consumers,
           count(DISTINCT invoicing_merchant) AS invoice_merchants,
           count(DISTINCT drawing_consumer) AS draw_consumers,
           CAST(sum(COLUMNS('^[a-z_]+_count$|^[a-z_]+_amount$|_match$')) AS BIGINT)
    FROM (SELECT * REPLACE (unnest([NULL, district]) AS district) FROM known)
    GROUP BY ALL),
-- A batch has its row, also when nothing ever happened in it.
whole AS (
    SELECT ended_batches.programme, ended_batches.batch, ended_batches.as_of, district,
           coalesce(COLUMNS(sums.* EXCLUDE (programme, batch, as_of, district)), 0)
    FROM ended_batches
    LEFT JOIN sums USING (programme, batch, as_of))
SELECT * EXCLUDE (tickets_reversed_amount),
       redeemed_amount - refunded_amount AS redeemed_amount_net,
       invoices_verified_amount - tickets_reversed_amount AS invoices_verified_amount_net
FROM whole;

CREATE TABLE summary_flows AS
SELECT ended_batches.programme, ended_batches.batch, as_of, flow, CAST(sum(fen) AS BIGINT) AS fen
FROM ended_batches
JOIN known_moves ON known_moves.programme = ended_batches.programme
                AND known_moves.batch = ended_batches.batch
WHERE known_moves.day <= ended_batches.day AND known_at <= as_of
GROUP BY ALL;

-- Every figure that is not what it was at the look before.
CREATE TABLE summary_differences AS
WITH long AS (
    FROM (UNPIVOT summary_figures
          ON COLUMNS(* EXCLUDE (programme, batch, as_of, district))
          INTO NAME measure VALUE figure)
    UNION ALL BY NAME
    SELECT programme, batch, as_of, NULL AS district, flow AS measure, fen AS figure
    FROM summary_flows)
SELECT now.programme, now.batch, now.as_of, now.district, now.measure,
       coalesce(was.figure, 0) AS "before", now.figure AS "after"
FROM long AS now
JOIN ended_batches USING (programme, batch, as_of)
LEFT JOIN long AS was
  ON was.programme = now.programme AND was.batch = now.batch AND was.as_of = earlier_as_of
 AND was.district IS NOT DISTINCT FROM now.district AND was.measure = now.measure
WHERE earlier_as_of IS NOT NULL AND coalesce(was.figure, 0) <> now.figure;

CREATE TABLE summary_revisions AS
WITH numbers AS (
    SELECT programme, batch, as_of, count(*) AS changed_figures
    FROM summary_differences
    GROUP BY ALL)
SELECT programme, batch, as_of, day, final, ended_on, ended_by,
       coalesce(changed_figures, 0) AS changed_figures,
       row_number() OVER of_batch AS revision,
       coalesce(lag(as_of) OVER of_batch, 0) AS previous_as_of,
       revision > 1 AND final AND NOT earlier.f AS closes
FROM ended_batches
LEFT JOIN numbers USING (programme, batch, as_of)
WHERE earlier_as_of IS NULL OR changed_figures > 0
   OR earlier <> {f: final, o: ended_on, b: ended_by}
WINDOW of_batch AS (PARTITION BY programme, batch ORDER BY as_of);

CREATE TABLE expected_batch_summary_changes AS
SELECT programme, batch, revision, as_of, district, measure, "before", "after"
FROM summary_differences
JOIN summary_revisions USING (programme, batch, as_of);

CREATE VIEW found_batch_summary_changes AS
SELECT programme, batch, revision, as_of, district, measure, "before", "after"
FROM history
WHERE row_type = 'batch_summary_change';

-- The figures as rows say them, of batches and of districts.
CREATE TABLE told_summaries AS
WITH whole AS (
    SELECT *,
           redeemed_count AS redemption_rate_count_numerator,
           issued_count AS redemption_rate_count_denominator,
           redeemed_amount AS redemption_rate_amount_numerator,
           issued_amount AS redemption_rate_amount_denominator,
           order_amount - refunded_order_amount AS leverage_ratio_numerator,
           redeemed_amount_net AS leverage_ratio_denominator,
           order_amount AS leverage_ratio_gross_numerator,
           redeemed_amount AS leverage_ratio_gross_denominator,
           ratio_text(redeemed_count, issued_count) AS redemption_rate_count,
           ratio_text(redeemed_amount, issued_amount) AS redemption_rate_amount,
           ratio_text(leverage_ratio_numerator, leverage_ratio_denominator) AS leverage_ratio,
           ratio_text(order_amount, redeemed_amount) AS leverage_ratio_gross,
           invoices_verified_amount_net AS prize_leverage_ratio_numerator,
           prizes_awarded_amount AS prize_leverage_ratio_denominator,
           ratio_text(invoices_verified_amount_net, prizes_awarded_amount)
               AS prize_leverage_ratio,
           draws_won_count AS draw_win_rate_to_date_numerator,
           draws_asked_count AS draw_win_rate_to_date_denominator,
           ratio_text(draws_won_count, draws_asked_count) AS draw_win_rate_to_date
    FROM summary_figures)
SELECT COLUMNS(lambda name: NOT regexp_matches(name, '^(invoice|prize|draws?_|told_)')),
       CASE WHEN told_from < as_of THEN COLUMNS('^(invoice|prize)') END,
       CASE WHEN told_of_draws_from < as_of THEN COLUMNS('^draws?_') END
FROM (FROM whole LEFT JOIN prize_programmes USING (programme)
                 LEFT JOIN draw_programmes USING (programme))
JOIN summary_revisions USING (programme, batch, as_of);

CREATE TABLE expected_batch_summary_districts AS
SELECT * EXCLUDE (ended_on, ended_by, previous_as_of, changed_figures, closes)
FROM told_summaries
WHERE district IS NOT NULL;

CREATE VIEW told_batch_summaries AS
SELECT programme, batch, revision, as_of, day, final, district, issued_count, issued_amount,
       claiming_consumers_asked, claiming_consumers_received, redeemed_count, redeemed_amount,
       redeeming_consumers, redeeming_consumers_net, redeeming_merchants, redeeming_merchants_net,
       order_amount, platform_match, merchant_match, refunded_count, refunded_amount,
       refunded_order_amount, redeemed_amount_net,
       COLUMNS('^(redemption_rate_(count|amount)|leverage_ratio|prize_leverage|draw_win_rate_to_date)'),
       COLUMNS(lambda name: regexp_matches(name, '^(invoices?_|prizes_[a-z]+_(count|amount)|draws_|draw_consumers)')
                            AND NOT name LIKE '%_to_date'),
       row_type, ended_on, ended_by, previous_as_of, changed_figures, why, deposited, compensated,
       recovered, returned, funded, released, issued, redeemed, refunded, withdrawn, paid,
       demanded, prizes_awarded, prizes_cancelled, prizes_paid, prizes_demanded, closing
FROM history
WHERE row_type IN ('batch_summary', 'batch_summary_district');

CREATE VIEW found_batch_summary_districts AS
SELECT * EXCLUDE (row_type, ended_on, ended_by, previous_as_of, changed_figures, why, deposited,
                  compensated, recovered, returned, funded, released, issued, redeemed, refunded,
                  withdrawn, paid, demanded, prizes_awarded, prizes_cancelled, prizes_paid,
                  prizes_demanded, closing)
FROM told_batch_summaries
WHERE row_type = 'batch_summary_district';

CREATE TABLE expected_batch_summaries AS
WITH moved AS (
    SELECT programme, batch, as_of, map_from_entries(list({k: flow, v: fen})) AS flows
    FROM summary_flows
    GROUP BY ALL),
whole AS (
SELECT told_summaries.* EXCLUDE (closes, district), told_from,
       CASE WHEN revision = 1
            THEN 'the batch ended on ' || ended_on || ': ' ||
                 CASE ended_by
                      WHEN 'window_over' THEN 'the last day on which its vouchers could be redeemed'
                      WHEN 'closed' THEN 'closed by the authority'
                      WHEN 'drawn' THEN 'its draw was executed'
                      ELSE 'its draw was given up' END
            ELSE CASE WHEN closes THEN 'the programme is closed: final figures; ' ELSE '' END ||
                 changed_figures || ' figures changed since the cut at ledger sequence ' ||
                 previous_as_of END AS why,
       coalesce(flows['deposited'], 0) AS deposited,
       coalesce(flows['compensated'], 0) AS compensated,
       coalesce(flows['recovered'], 0) AS recovered,
       coalesce(flows['returned'], 0) AS returned,
       coalesce(flows['funded'], 0) AS funded,
       coalesce(flows['released'], 0) AS released,
       coalesce(flows['issued'], 0) AS issued,
       coalesce(flows['redeemed'], 0) AS redeemed,
       coalesce(flows['refunded'], 0) AS refunded,
       coalesce(flows['withdrawn'], 0) AS withdrawn,
       coalesce(flows['paid'], 0) AS paid,
       coalesce(flows['demanded'], 0) AS demanded,
       coalesce(flows['prizes_awarded'], 0) AS prizes_awarded,
       coalesce(flows['prizes_cancelled'], 0) AS prizes_cancelled,
       coalesce(flows['prizes_paid'], 0) AS prizes_paid,
       coalesce(flows['prizes_demanded'], 0) AS prizes_demanded,
       funded - released - paid - coalesce(flows['prizes_paid'], 0) AS closing
FROM told_summaries
LEFT JOIN moved USING (programme, batch, as_of)
LEFT JOIN prize_programmes USING (programme)
WHERE district IS NULL)
SELECT * EXCLUDE (told_from)
         REPLACE (CASE WHEN told_from < as_of THEN prizes_awarded END AS prizes_awarded,
                  CASE WHEN told_from < as_of THEN prizes_cancelled END AS prizes_cancelled,
                  CASE WHEN told_from < as_of THEN prizes_paid END AS prizes_paid,
                  CASE WHEN told_from < as_of THEN prizes_demanded END AS prizes_demanded)
FROM whole;

CREATE VIEW found_batch_summaries AS
SELECT * EXCLUDE (row_type, district) FROM told_batch_summaries WHERE row_type = 'batch_summary';
