-- What the sources of a platform said of a day, against the ledger (docs/domain.md §5,
-- "Reconciliation").

-- When a day is reported: with each of its revisions, and again at the cut after a source closed it
-- anew. `report` counts them.
CREATE TABLE closings AS
SELECT details.programme, sequence, source, platform,
       DATE '1970-01-01' + CAST(body ->> 'day' AS INTEGER) AS day, body -> 'totals' AS totals
FROM details
JOIN journal USING (programme, sequence)
WHERE details.kind = 'SourceDayClosed';

CREATE TABLE reports AS
WITH closed_again AS (
    SELECT closings.programme, closings.day, clocks.as_of
    FROM closings
    JOIN first_cuts USING (programme, day)
    ASOF JOIN clocks ON closings.programme = clocks.programme
                    AND closings.sequence <= clocks.as_of
    WHERE closings.sequence > first_cuts.as_of),
reported AS (
    SELECT programme, day, as_of FROM revisions
    UNION
    FROM closed_again)
SELECT *, row_number() OVER (PARTITION BY programme, day ORDER BY as_of) AS revision
FROM reported;

-- The ledger's side, as known at the report.
CREATE TABLE ledger_side AS
SELECT reports.programme, reports.day, as_of, platform, batch,
       sum(issued_count) AS issued_count, sum(issued_amount) AS issued_amount,
       sum(redeemed_count) AS redeemed_count, sum(redeemed_amount) AS redeemed_amount,
       sum(refunded_count) AS refunded_count, sum(refunded_amount) AS refunded_amount
FROM reports
JOIN counted USING (programme, day)
WHERE sequence <= as_of AND issued_count + redeemed_count + refunded_count > 0
GROUP BY ALL;

-- The platform's side: of each source the last closing before the report, all sources together.
CREATE TABLE closed_days AS
SELECT programme, reports.day, as_of, platform, source, max_by(totals, sequence) AS totals
FROM reports
JOIN closings USING (programme, day)
WHERE sequence <= as_of
GROUP BY ALL;

CREATE TABLE platform_side AS
SELECT programme, day, as_of, platform, total.batch AS batch,
       sum(total.issued_count) AS issued_count, sum(total.issued_fen) AS issued_amount,
       sum(total.redeemed_count) AS redeemed_count, sum(total.redeemed_fen) AS redeemed_amount,
       sum(total.refunded_count) AS refunded_count, sum(total.refunded_fen) AS refunded_amount
FROM (SELECT * EXCLUDE totals,
             unnest(from_json(totals, '[{"batch": "BIGINT",
                 "issued_count": "BIGINT", "issued_fen": "BIGINT", "redeemed_count": "BIGINT",
                 "redeemed_fen": "BIGINT", "refunded_count": "BIGINT",
                 "refunded_fen": "BIGINT"}]')) AS total
      FROM closed_days)
GROUP BY ALL;

-- A platform that closed the day without a word of a batch says that there was nothing.
CREATE TABLE expected_reconciliation AS
WITH figures(figure, unit) AS (
    VALUES ('issued_count', 'count'), ('issued_amount', 'fen'), ('redeemed_count', 'count'),
           ('redeemed_amount', 'fen'), ('refunded_count', 'count'), ('refunded_amount', 'fen')),
places_of AS (
    SELECT programme, day, as_of, platform, batch FROM ledger_side
    UNION
    SELECT programme, day, as_of, platform, batch FROM platform_side),
ledger_long AS (
    UNPIVOT ledger_side ON COLUMNS('_(count|amount)$') INTO NAME figure VALUE ledger),
platform_long AS (
    UNPIVOT platform_side ON COLUMNS('_(count|amount)$') INTO NAME figure VALUE reported),
compared AS (
    SELECT programme, day, as_of, platform, batch, figure, unit,
           coalesce(ledger, 0) AS ledger_value,
           CASE WHEN EXISTS (SELECT 1 FROM closed_days
                             WHERE closed_days.programme = places_of.programme
                               AND closed_days.day = places_of.day
                               AND closed_days.as_of = places_of.as_of
                               AND closed_days.platform = places_of.platform)
                THEN coalesce(reported, 0) END AS platform_value
    FROM places_of
    CROSS JOIN figures
    LEFT JOIN ledger_long USING (programme, day, as_of, platform, batch, figure)
    LEFT JOIN platform_long USING (programme, day, as_of, platform, batch, figure))
SELECT programme, day, revision, as_of, platform, batch, figure, unit, platform_value,
       ledger_value, platform_value - ledger_value AS difference,
       CASE WHEN platform_value IS NULL THEN 'not_reported'
            WHEN platform_value = ledger_value THEN 'equal'
            WHEN platform_value > ledger_value THEN 'surplus'
            ELSE 'shortage' END AS verdict
FROM compared
JOIN reports USING (programme, day, as_of);

CREATE VIEW found_reconciliation AS
SELECT programme, day, revision, as_of, platform, batch, figure, unit, platform_value,
       ledger_value, difference, verdict
FROM reconciliation
WHERE row_type = 'control_total';

-- Refund parts off their share: floor(subsidy × part ÷ order), with the last part all that is left.
CREATE TABLE shares AS
WITH parts AS (
    SELECT part.programme, part.sequence, part.business_day AS day, part.platform, part.batch,
           part.key AS refund, part.subject AS redemption, part.difference_fen, part.full_refund,
           part.order_amount_fen AS order_part, part.amount_fen AS subsidy_part,
           whole.order_amount_fen AS order_amount, whole.amount_fen AS subsidy,
           sum(order_part) OVER upto AS order_back, sum(subsidy_part) OVER upto AS subsidy_back
    FROM journal AS part
    JOIN journal AS whole ON whole.programme = part.programme AND whole.key = part.subject
    WHERE part.kind = 'RedemptionRefunded' AND part.outcome = 'accepted'
      AND whole.kind = 'VoucherRedeemed' AND whole.outcome = 'accepted'
    WINDOW upto AS (PARTITION BY part.programme, part.subject ORDER BY part.sequence))
SELECT *, order_back = order_amount AS is_full,
       subsidy_part - CASE WHEN is_full THEN subsidy - (subsidy_back - subsidy_part)
                           ELSE CAST(subsidy AS HUGEINT) * order_part // order_amount END
           AS difference
FROM parts;

CREATE TABLE expected_refund_shares AS
SELECT programme, sequence, day, platform, batch, refund, redemption, order_part AS order_amount,
       subsidy_part AS subsidy, difference,
       CASE WHEN difference > 0 THEN 'above_share' ELSE 'below_share' END AS verdict
FROM shares
WHERE difference <> 0;

CREATE VIEW found_refund_shares AS
SELECT programme, sequence, day, platform, batch, refund, redemption, order_amount, subsidy,
       difference, verdict
FROM reconciliation
WHERE row_type = 'refund_share';

-- The journal's own word on each part.
CREATE VIEW expected_refund_entries AS
SELECT programme, sequence, is_full AS full_refund, difference FROM shares;
CREATE VIEW found_refund_entries AS
SELECT programme, sequence, full_refund, difference_fen AS difference FROM shares;
