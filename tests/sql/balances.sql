-- Accounts are sums of postings: the debit account loses the amount, the credit account gains it.

CREATE TABLE postings AS
SELECT programme AS entry_programme, business_day, sequence, batch AS entry_batch, kind AS event,
       place, p.debit AS debit, p.credit AS credit, p.amount_fen AS amount_fen
FROM (SELECT programme, business_day, sequence, batch, kind,
             unnest(postings) AS p, generate_subscripts(postings, 1) AS place
      FROM journal);

CREATE TABLE legs AS
SELECT sequence, place, debit AS account, -amount_fen AS fen FROM postings
UNION ALL
SELECT sequence, place, credit, amount_fen FROM postings;

CREATE TABLE balances AS
SELECT account.programme AS programme, account.kind AS kind, account.batch AS batch,
       account.key AS key, CAST(sum(fen) AS BIGINT) AS balance
FROM legs
GROUP BY ALL;

-- A line for each account that ever moved, and one for the sum, which is zero. Zero means that a
-- kind of account has no batch or no key; the statistics' command says the key in words.
CREATE TABLE expected_trial_balance AS
WITH words AS (
    SELECT *, CASE
        WHEN kind = 'treasury' THEN 'deposit account ' || key
        WHEN kind = 'outstanding' THEN CAST(DATE '1970-01-01' + CAST(key AS INTEGER) AS VARCHAR)
        WHEN kind = 'receivable' AND key >= 4294967296 THEN 'merchant ' || key - 4294967296
        WHEN kind = 'receivable' THEN 'liable party ' || key
        WHEN kind IN ('fund', 'budget') THEN ''
        WHEN kind LIKE 'prize%' THEN 'tier ' || key
        ELSE 'platform ' || key END AS key_words
    FROM balances)
SELECT of, CAST(programme AS VARCHAR) AS programme, kind AS account,
       coalesce(CAST(nullif(batch, 0) AS VARCHAR), '') AS batch, key_words AS key, balance
FROM words, (VALUES ('statistics'), ('engine')) AS sides(of)
UNION ALL
SELECT of, '', 'sum', '', '', 0 FROM (VALUES ('statistics'), ('engine')) AS sides(of);

-- The line without a programme is the sum, whatever it is called.
CREATE TABLE found_trial_balance AS
SELECT of, coalesce(programme, '') AS programme,
       CASE WHEN programme IS NULL THEN 'sum' ELSE account END AS account,
       coalesce(batch, '') AS batch, coalesce(key, '') AS key, balance
FROM printed_balances;

-- No account is below zero after any entry, but those of money that came from outside.
CREATE TABLE expected_overdrafts AS
SELECT sequence, account, fen AS balance FROM legs WHERE false;

CREATE TABLE found_overdrafts AS
SELECT sequence, account, CAST(balance AS BIGINT) AS balance
FROM (SELECT sequence, account, sum(fen) OVER (PARTITION BY account ORDER BY sequence) AS balance
      FROM legs
      WHERE account.kind NOT IN ('treasury', 'compensation', 'memorandum'))
WHERE balance < 0;

-- Where a programme's money is, and that what came in is there.
CREATE TABLE expected_fund_position AS
WITH sums AS (
    SELECT programme,
           -sum(balance) FILTER (kind = 'treasury') AS deposits,
           -sum(balance) FILTER (kind = 'compensation') AS compensation,
           sum(balance) FILTER (kind = 'fund') AS fund,
           sum(balance) FILTER (kind = 'budget') AS budget,
           sum(balance) FILTER (kind = 'outstanding') AS outstanding,
           sum(balance) FILTER (kind = 'payable') AS payable,
           sum(balance) FILTER (kind = 'paid') AS paid,
           sum(balance) FILTER (kind = 'receivable') AS receivable,
           sum(balance) FILTER (kind = 'prize_budget') AS prize_budget,
           sum(balance) FILTER (kind = 'prize_payable') AS prize_payable,
           sum(balance) FILTER (kind = 'prize_paid') AS prize_paid,
           sum(balance) FILTER (kind = 'prize_receivable') AS prize_receivable
    FROM balances
    GROUP BY programme),
whole AS (
    SELECT programme, coalesce(COLUMNS(* EXCLUDE programme), 0)
    FROM sums),
items AS (
    SELECT programme, unnest([
        {item: 'Deposits less returns', amount: deposits},
        {item: 'Compensation', amount: compensation},
        {item: 'Fund', amount: fund},
        {item: 'Budgets of batches', amount: budget},
        {item: 'Outstanding', amount: outstanding},
        {item: 'Payable', amount: payable},
        {item: 'Budgets of prizes', amount: prize_budget},
        {item: 'Prizes payable', amount: prize_payable},
        {item: 'In the dedicated account',
         amount: fund + budget + outstanding + payable + prize_budget + prize_payable},
        {item: 'Paid', amount: paid},
        {item: 'Receivable', amount: receivable},
        {item: 'Prizes paid', amount: prize_paid},
        {item: 'Prizes to be recovered', amount: prize_receivable},
        {item: 'Difference (must be 0)', amount: 0}], recursive := true)
    FROM whole)
SELECT programme, item, CAST(amount AS BIGINT) AS amount
FROM items
-- Programmes without a prize batch have no such accounts.
WHERE item NOT IN ('Budgets of prizes', 'Prizes payable', 'Prizes paid', 'Prizes to be recovered')
   OR programme IN (SELECT programme FROM journal
                    WHERE kind = 'PrizeBatchOpened' AND outcome = 'accepted');

CREATE TABLE found_fund_position AS FROM printed_position;
