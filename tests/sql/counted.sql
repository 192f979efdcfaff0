-- The entries that count, each with what it adds, and the cells that it adds it to.

-- When a redemption was refunded whole: with the part that brings back the last of its order.
CREATE TABLE returns AS
WITH parts AS (
    SELECT part.programme, part.subject AS redemption, part.sequence, whole.order_amount_fen,
           sum(part.order_amount_fen) OVER (PARTITION BY part.programme, part.subject
                                            ORDER BY part.sequence) AS order_back_fen
    FROM journal AS part
    JOIN journal AS whole ON whole.programme = part.programme AND whole.key = part.subject
    WHERE part.kind = 'RedemptionRefunded' AND part.outcome = 'accepted'
      AND whole.kind = 'VoucherRedeemed' AND whole.outcome = 'accepted')
SELECT programme, redemption, min(sequence) AS returned_at
FROM parts
WHERE order_back_fen = order_amount_fen
GROUP BY programme, redemption;

-- Invoices that were verified: only of these does a reversal take something away.
CREATE TABLE tickets AS
SELECT programme, subject AS invoice, min(sequence) AS verified_at
FROM journal
WHERE kind = 'InvoiceVerified' AND outcome = 'accepted'
GROUP BY ALL;

-- Accepted claims, redemptions and refunds, requests for a draw, steps of invoices, draws and prizes
-- paid, and refused claims and requests that name a consumer. A request that is won (2) issues.
CREATE TABLE counted AS
WITH entries AS (
    SELECT *,
           kind = 'DrawRequested' AND outcome = 'accepted' AS requests,
           requests AND vouchers = 2 AS wins,
           (kind = 'VoucherClaimed' AND outcome = 'accepted') OR wins AS issues,
           requests OR (kind IN ('VoucherClaimed', 'DrawRequested') AND outcome = 'refused'
                        AND consumer_ordinal > 0) AS asks,
           kind = 'VoucherRedeemed' AND outcome = 'accepted' AS redeems,
           kind = 'RedemptionRefunded' AND outcome = 'accepted' AS refunds,
           kind = 'InvoiceSubmitted' AND outcome = 'accepted' AS submits,
           kind = 'InvoiceVerified' AND outcome = 'accepted' AS verifies,
           kind = 'InvoiceRejected' AND outcome = 'accepted' AS rejects,
           kind = 'InvoiceReversed' AND outcome = 'accepted' AS reverses,
           kind = 'DrawExecuted' AND outcome = 'accepted' AS draws,
           kind = 'PrizePaid' AND outcome = 'accepted' AS pays
    FROM (SELECT * REPLACE (CASE WHEN kind = 'DrawExecuted' THEN 0 ELSE platform END AS platform)
          FROM journal))
SELECT entries.programme, business_day AS day, sequence, batch, pack, platform,
       district // 100 AS prefecture, district, category, industry, size_class, channel,
       CASE WHEN issues OR asks THEN consumer_ordinal END AS asking_consumer,
       CASE WHEN issues THEN consumer_ordinal END AS receiving_consumer,
       CASE WHEN redeems THEN consumer_ordinal END AS redeeming_consumer,
       CASE WHEN redeems THEN merchant_ordinal END AS redeeming_merchant,
       CASE WHEN submits THEN consumer_ordinal END AS submitting_consumer,
       CASE WHEN submits THEN merchant_ordinal END AS invoicing_merchant,
       CASE WHEN requests THEN consumer_ordinal END AS drawing_consumer,
       returned_at,
       CAST(issues AS BIGINT) AS issued_count,
       CASE WHEN issues THEN amount_fen ELSE 0 END AS issued_amount,
       CAST(redeems AS BIGINT) AS redeemed_count,
       CASE WHEN redeems THEN amount_fen ELSE 0 END AS redeemed_amount,
       CASE WHEN redeems THEN order_amount_fen ELSE 0 END AS order_amount,
       CASE WHEN redeems THEN platform_match_fen ELSE 0 END AS platform_match,
       CASE WHEN redeems THEN merchant_match_fen ELSE 0 END AS merchant_match,
       CAST(refunds AS BIGINT) AS refunded_count,
       CASE WHEN refunds THEN amount_fen ELSE 0 END AS refunded_amount,
       CASE WHEN refunds THEN order_amount_fen ELSE 0 END AS refunded_order_amount,
       CAST(submits AS BIGINT) AS invoices_count,
       CASE WHEN submits THEN order_amount_fen ELSE 0 END AS invoices_amount,
       CAST(verifies AS BIGINT) AS invoices_verified_count,
       CASE WHEN verifies THEN order_amount_fen ELSE 0 END AS invoices_verified_amount,
       CAST(rejects AS BIGINT) AS invoices_rejected_count,
       CAST(reverses AS BIGINT) AS invoices_reversed_count,
       CASE WHEN reverses THEN order_amount_fen ELSE 0 END AS invoices_reversed_amount,
       CASE WHEN reverses AND verified_at < sequence THEN order_amount_fen ELSE 0 END
           AS tickets_reversed_amount,
       CASE WHEN draws THEN amount_fen ELSE 0 END AS prizes_awarded_amount,
       CAST(pays AS BIGINT) AS prizes_paid_count,
       CASE WHEN pays THEN amount_fen ELSE 0 END AS prizes_paid_amount,
       CAST(requests AS BIGINT) AS draws_asked_count,
       CAST(wins AS BIGINT) AS draws_won_count,
       CASE WHEN wins THEN amount_fen ELSE 0 END AS draws_won_amount,
       CAST(requests AND vouchers = 1 AS BIGINT) AS draws_lost_count,
       CAST(requests AND vouchers = 3 AS BIGINT) AS draws_won_today_count,
       CAST(requests AND vouchers = 4 AS BIGINT) AS draws_cap_reached_count,
       CAST(requests AND vouchers = 5 AS BIGINT) AS draws_stock_out_count
FROM entries
LEFT JOIN tickets ON tickets.programme = entries.programme AND tickets.invoice = entries.subject
LEFT JOIN returns
  ON redeems AND returns.programme = entries.programme AND returns.redemption = entries.key
WHERE issues OR asks OR redeems OR refunds OR submits OR verifies OR rejects OR reverses OR draws
   OR pays;

-- One cell in each of the fourteen grouping sets.
CREATE TABLE places AS
SELECT programme, sequence, unnest([
    'programme',
    'batch/' || batch,
    'pack/' || batch || '/' || pack,
    'platform/' || platform,
    'prefecture/' || prefecture,
    'district/' || district,
    'category/' || category,
    'industry/' || industry,
    'size_class/' || size_class,
    'channel/' || channel,
    'batch_district/' || batch || '/' || district,
    'batch_industry/' || batch || '/' || industry,
    'batch_category/' || batch || '/' || category,
    'industry_size_class/' || industry || '/' || size_class]) AS cell
FROM counted;

-- What the parts of a cell's path are.
CREATE TABLE cells AS
WITH parts AS (
    SELECT programme, cell, split_part(cell, '/', 1) AS grouping,
           try_cast(split_part(cell, '/', 2) AS BIGINT) AS first,
           try_cast(split_part(cell, '/', 3) AS BIGINT) AS second
    FROM (SELECT DISTINCT programme, cell FROM places
          UNION
          SELECT programme, 'programme' FROM programmes))
SELECT programme, cell, grouping,
       CASE WHEN grouping IN ('batch', 'pack', 'batch_district', 'batch_industry',
                              'batch_category') THEN first END AS batch,
       CASE WHEN grouping = 'pack' THEN second END AS pack,
       CASE WHEN grouping = 'platform' THEN first END AS platform,
       CASE WHEN grouping = 'prefecture' THEN first END AS prefecture,
       CASE grouping WHEN 'district' THEN first WHEN 'batch_district' THEN second END AS district,
       CASE grouping WHEN 'category' THEN first WHEN 'batch_category' THEN second END AS category,
       CASE grouping WHEN 'industry' THEN first WHEN 'industry_size_class' THEN first
                     WHEN 'batch_industry' THEN second END AS industry,
       CASE grouping WHEN 'size_class' THEN first
                     WHEN 'industry_size_class' THEN second END AS size_class,
       CASE WHEN grouping = 'channel' THEN first END AS channel
FROM parts;

-- Nothing below the line: no ratio. Else half up to four decimals.
CREATE MACRO ten_thousandths(above, below) AS
    CAST((CAST(above AS HUGEINT) * 20000 + below) // (below * 2) AS BIGINT);
CREATE MACRO ratio_text(above, below) AS
    CASE WHEN below > 0
         THEN printf('%d.%04d', ten_thousandths(above, below) // 10000,
                     ten_thousandths(above, below) % 10000) END;
