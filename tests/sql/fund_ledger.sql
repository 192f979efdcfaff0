-- The fund ledger: what moved on each day, for the programme and for each batch
-- (docs/definitions.md, "Fund ledger").

-- Which pair of accounts is which flow; whether batches have it too.
CREATE TABLE flows(debit VARCHAR, credit VARCHAR, flow VARCHAR, of_batch BOOLEAN);
INSERT INTO flows VALUES
    ('treasury', 'fund', 'deposited', false),
    ('compensation', 'fund', 'compensated', false),
    ('receivable', 'fund', 'recovered', false),
    ('fund', 'treasury', 'returned', false),
    ('fund', 'budget', 'funded', true),
    ('budget', 'fund', 'released', true),
    ('payable', 'fund', 'released', true),
    ('budget', 'outstanding', 'issued', true),
    ('outstanding', 'payable', 'redeemed', true),
    ('payable', 'outstanding', 'refunded', true),
    ('payable', 'budget', 'refunded', true),
    ('payable', 'fund', 'refunded', true),
    ('outstanding', 'budget', 'withdrawn', true),
    ('payable', 'paid', 'paid', true),
    ('paid', 'receivable', 'demanded', true),
    ('fund', 'prize_budget', 'funded', true),
    ('prize_budget', 'fund', 'released', true),
    ('prize_payable', 'fund', 'released', true),
    ('prize_budget', 'prize_payable', 'prizes_awarded', true),
    ('prize_payable', 'prize_budget', 'prizes_cancelled', true),
    ('prize_payable', 'fund', 'prizes_cancelled', true),
    ('prize_payable', 'prize_paid', 'prizes_paid', true),
    ('prize_paid', 'prize_receivable', 'prizes_demanded', true),
    ('prize_receivable', 'fund', 'recovered', true);

-- Line 0 is the programme's. A flow without a batch in its accounts has that of its entry, if any.
CREATE TABLE moves AS
WITH told AS (
    SELECT entry_programme AS programme, business_day AS day, sequence, flow, of_batch, amount_fen,
           coalesce(nullif(postings.debit.batch, 0), nullif(postings.credit.batch, 0),
                    entry_batch) AS batch
    FROM postings
    JOIN flows ON flows.debit = postings.debit.kind AND flows.credit = postings.credit.kind)
SELECT programme, day, sequence, 0 AS batch, flow, amount_fen FROM told
UNION ALL
SELECT programme, day, sequence, batch, flow, amount_fen FROM told WHERE of_batch AND batch > 0;

-- Every posting but those of the memorandum is some flow.
CREATE TABLE expected_unexplained AS
SELECT sequence, place, debit.kind AS debit, credit.kind AS credit FROM postings WHERE false;
CREATE TABLE found_unexplained AS
SELECT sequence, place, postings.debit.kind AS debit, postings.credit.kind AS credit
FROM postings
WHERE NOT EXISTS (SELECT 1 FROM flows WHERE flows.debit = postings.debit.kind
                                        AND flows.credit = postings.credit.kind)
  AND NOT (postings.debit.kind IN ('memorandum', 'order_turnover')
           AND postings.credit.kind IN ('memorandum', 'order_turnover', 'platform_match',
                                        'merchant_match'));

CREATE TABLE known_moves AS
SELECT moves.programme, day, batch, flow, as_of AS known_at, sum(amount_fen) AS fen
FROM moves
ASOF JOIN clocks ON moves.programme = clocks.programme AND moves.sequence <= clocks.as_of
GROUP BY ALL;

-- A batch has a line from the day of its first flow on.
CREATE TABLE expected_fund_ledger AS
WITH sums AS (
    SELECT programme, revisions.day, revision, as_of, batch, flow,
           coalesce(sum(fen) FILTER (known_moves.day < revisions.day), 0) AS before_fen,
           coalesce(sum(fen) FILTER (known_moves.day = revisions.day), 0) AS day_fen
    FROM revisions
    JOIN known_moves USING (programme)
    WHERE known_moves.day <= revisions.day AND known_at <= as_of
    GROUP BY ALL),
lines AS (
    SELECT programme, day, revision, as_of, batch,
           CASE WHEN batch = 0
                THEN map {'deposited': 1, 'compensated': 1, 'recovered': 1, 'returned': -1,
                          'paid': -1, 'prizes_paid': -1}
                ELSE map {'funded': 1, 'released': -1, 'paid': -1, 'prizes_paid': -1} END AS sign,
           sum(before_fen * coalesce(sign[flow], 0)) AS opening,
           coalesce(sum(day_fen) FILTER (flow = 'deposited'), 0) AS deposited,
           coalesce(sum(day_fen) FILTER (flow = 'compensated'), 0) AS compensated,
           coalesce(sum(day_fen) FILTER (flow = 'recovered'), 0) AS recovered,
           coalesce(sum(day_fen) FILTER (flow = 'returned'), 0) AS returned,
           coalesce(sum(day_fen) FILTER (flow = 'funded'), 0) AS funded,
           coalesce(sum(day_fen) FILTER (flow = 'released'), 0) AS released,
           coalesce(sum(day_fen) FILTER (flow = 'issued'), 0) AS issued,
           coalesce(sum(day_fen) FILTER (flow = 'redeemed'), 0) AS redeemed,
           coalesce(sum(day_fen) FILTER (flow = 'refunded'), 0) AS refunded,
           coalesce(sum(day_fen) FILTER (flow = 'withdrawn'), 0) AS withdrawn,
           coalesce(sum(day_fen) FILTER (flow = 'paid'), 0) AS paid,
           coalesce(sum(day_fen) FILTER (flow = 'demanded'), 0) AS demanded,
           coalesce(sum(day_fen) FILTER (flow = 'prizes_awarded'), 0) AS prizes_awarded,
           coalesce(sum(day_fen) FILTER (flow = 'prizes_cancelled'), 0) AS prizes_cancelled,
           coalesce(sum(day_fen) FILTER (flow = 'prizes_paid'), 0) AS prizes_paid,
           coalesce(sum(day_fen) FILTER (flow = 'prizes_demanded'), 0) AS prizes_demanded,
           opening + sum(day_fen * coalesce(sign[flow], 0)) AS closing
    FROM sums
    GROUP BY ALL)
SELECT COLUMNS(lambda name: NOT regexp_matches(name, '^(sign|told_from|prizes_)')),
       CASE WHEN told_from < as_of THEN COLUMNS('^prizes_') END
FROM (FROM lines LEFT JOIN prize_programmes USING (programme));

CREATE VIEW found_fund_ledger AS
SELECT programme, day, revision, as_of, coalesce(batch, 0) AS batch, opening, deposited,
       compensated, recovered, returned, funded, released, issued, redeemed, refunded, withdrawn,
       paid, demanded, prizes_awarded, prizes_cancelled, prizes_paid, prizes_demanded, closing
FROM history
WHERE row_type = 'fund_usage';
