-- Prizes by tier: what became of them on each day and to date (docs/definitions.md, "Prizes by tier").

CREATE TABLE tiers AS
SELECT programme, batch, tier.tier AS tier, tier.amount_fen AS prize_amount
FROM (SELECT programme, CAST(body ->> 'batch' AS BIGINT) AS batch,
             unnest(from_json(body -> 'tiers', '[{"tier": "BIGINT", "amount_fen": "BIGINT"}]'))
                 AS tier
      FROM details
      WHERE kind = 'PrizeBatchOpened');

-- All prizes of a tier are alike, so that an amount says how many they are; what comes back may come
-- in parts, and each counts.
CREATE TABLE prize_deeds AS
WITH moved AS (
    SELECT entry_programme AS programme, business_day AS day, sequence,
           CASE WHEN credit.kind = 'prize_payable' THEN credit.batch ELSE debit.batch END AS batch,
           CASE WHEN credit.kind = 'prize_payable' THEN credit.key ELSE debit.key END AS tier,
           CASE WHEN credit.kind = 'prize_payable' THEN 'awarded'
                WHEN credit.kind = 'prize_paid' THEN 'paid'
                WHEN credit.kind = 'prize_receivable' THEN 'demanded'
                WHEN debit.kind = 'prize_receivable' THEN 'recovered'
                WHEN debit.kind = 'prize_payable' THEN 'cancelled' END AS deed,
           amount_fen
    FROM postings
    WHERE amount_fen > 0)
SELECT moved.* EXCLUDE amount_fen, amount_fen AS amount,
       CASE WHEN deed = 'recovered' THEN 1 ELSE amount_fen // prize_amount END AS number
FROM moved
JOIN tiers USING (programme, batch, tier)
WHERE deed IS NOT NULL
UNION ALL BY NAME
SELECT programme, business_day AS day, sequence, batch, denomination AS tier,
       CASE kind WHEN 'PrizePayoutFailed' THEN 'failed' ELSE 'moved_up' END AS deed,
       amount_fen AS amount, 1 AS number
FROM journal
WHERE outcome = 'accepted'
  AND (kind = 'PrizePayoutFailed'
       OR (kind IN ('InvoiceReversed', 'PrizeForfeited') AND reserve_moved_up));

CREATE TABLE expected_prizes AS
WITH sums AS (
    SELECT programme, revisions.day, revision, as_of, batch, tier, deed,
           coalesce(sum(number) FILTER (prize_deeds.day = revisions.day), 0) AS day_number,
           coalesce(sum(amount) FILTER (prize_deeds.day = revisions.day), 0) AS day_amount,
           sum(number) AS number, sum(amount) AS amount
    FROM revisions
    JOIN prize_deeds USING (programme)
    WHERE prize_deeds.day <= revisions.day AND sequence <= as_of
    GROUP BY ALL),
lines AS (
    SELECT programme, day, revision, as_of, batch, tier,
           map_from_entries(list({k: deed, v: day_number})) AS day_number,
           map_from_entries(list({k: deed, v: day_amount})) AS day_amount,
           map_from_entries(list({k: deed, v: number})) AS number,
           map_from_entries(list({k: deed, v: amount})) AS amount
    FROM sums
    GROUP BY ALL)
SELECT programme, day, revision, as_of, batch, tier, prize_amount,
       CAST(coalesce(day_number['awarded'], 0) AS BIGINT) AS awarded_count,
       CAST(coalesce(day_amount['awarded'], 0) AS BIGINT) AS awarded_amount,
       CAST(coalesce(day_number['cancelled'], 0) AS BIGINT) AS cancelled_count,
       CAST(coalesce(day_amount['cancelled'], 0) AS BIGINT) AS cancelled_amount,
       CAST(coalesce(day_number['moved_up'], 0) AS BIGINT) AS moved_up_count,
       CAST(coalesce(day_amount['moved_up'], 0) AS BIGINT) AS moved_up_amount,
       CAST(coalesce(day_number['paid'], 0) AS BIGINT) AS paid_count,
       CAST(coalesce(day_amount['paid'], 0) AS BIGINT) AS paid_amount,
       CAST(coalesce(day_number['failed'], 0) AS BIGINT) AS failed_count,
       CAST(coalesce(day_amount['failed'], 0) AS BIGINT) AS failed_amount,
       CAST(coalesce(day_number['demanded'], 0) AS BIGINT) AS demanded_count,
       CAST(coalesce(day_amount['demanded'], 0) AS BIGINT) AS demanded_amount,
       CAST(coalesce(day_number['recovered'], 0) AS BIGINT) AS recovered_count,
       CAST(coalesce(day_amount['recovered'], 0) AS BIGINT) AS recovered_amount,
       CAST(coalesce(number['awarded'], 0) AS BIGINT) AS awarded_count_to_date,
       CAST(coalesce(amount['awarded'], 0) AS BIGINT) AS awarded_amount_to_date,
       CAST(coalesce(number['cancelled'], 0) AS BIGINT) AS cancelled_count_to_date,
       CAST(coalesce(amount['cancelled'], 0) AS BIGINT) AS cancelled_amount_to_date,
       CAST(coalesce(number['moved_up'], 0) AS BIGINT) AS moved_up_count_to_date,
       CAST(coalesce(amount['moved_up'], 0) AS BIGINT) AS moved_up_amount_to_date,
       CAST(coalesce(number['paid'], 0) AS BIGINT) AS paid_count_to_date,
       CAST(coalesce(amount['paid'], 0) AS BIGINT) AS paid_amount_to_date,
       CAST(coalesce(number['failed'], 0) AS BIGINT) AS failed_count_to_date,
       CAST(coalesce(amount['failed'], 0) AS BIGINT) AS failed_amount_to_date,
       CAST(coalesce(number['demanded'], 0) AS BIGINT) AS demanded_count_to_date,
       CAST(coalesce(amount['demanded'], 0) AS BIGINT) AS demanded_amount_to_date,
       CAST(coalesce(number['recovered'], 0) AS BIGINT) AS recovered_count_to_date,
       CAST(coalesce(amount['recovered'], 0) AS BIGINT) AS recovered_amount_to_date,
       awarded_count_to_date - cancelled_count_to_date - paid_count_to_date AS payable_count,
       awarded_amount_to_date - cancelled_amount_to_date - paid_amount_to_date AS payable_amount
FROM lines
JOIN tiers USING (programme, batch, tier);

CREATE VIEW found_prizes AS
SELECT programme, day, revision, as_of, batch, tier, prize_amount,
       COLUMNS('^(awarded|cancelled|moved_up|paid|failed|demanded|recovered|payable)_(count|amount)')
FROM history
WHERE row_type = 'prizes';
