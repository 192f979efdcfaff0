-- What the figures lean on: entries carry the dimensions that docs/domain.md §5 says, and one
-- number stands for one consumer, one for one merchant.

-- Claims, and draws that were won (2): category and channel of the pack. Channel is a word in the event, a number in the entry.
CREATE TABLE packs AS
SELECT programme, CAST(body ->> 'batch' AS BIGINT) AS batch, pack.pack AS pack, pack.name AS name,
       pack.category AS category,
       CASE pack.channel WHEN 'any' THEN 0 WHEN 'online' THEN 1 WHEN 'offline' THEN 2 END AS channel
FROM (SELECT *, unnest(from_json(body -> 'packs', '[{"pack": "BIGINT", "name": "VARCHAR",
                                                    "category": "BIGINT", "channel": "VARCHAR"}]'))
                    AS pack
      FROM details
      WHERE kind = 'BatchOpened');

CREATE TABLE claims AS
FROM journal
WHERE outcome = 'accepted'
  AND (kind = 'VoucherClaimed' OR (kind = 'DrawRequested' AND vouchers = 2));
CREATE TABLE redemptions AS
FROM journal WHERE kind = 'VoucherRedeemed' AND outcome = 'accepted';

-- Merchants as registered or changed last before the redemption.
CREATE TABLE merchants AS
FROM journal WHERE kind IN ('MerchantRegistered', 'MerchantChanged') AND outcome = 'accepted';

CREATE TABLE expected_dimensions AS
SELECT claims.programme, claims.sequence, claims.kind, claims.batch, claims.pack, claims.platform,
       claims.district, packs.category, 0 AS industry, 0 AS size_class, packs.channel,
       claims.consumer_ordinal, 0 AS merchant_ordinal
FROM claims
JOIN packs USING (programme, batch, pack)
UNION ALL BY NAME
SELECT programme, sequence, kind, batch, 0 AS pack, platform, district, 0 AS category,
       0 AS industry, 0 AS size_class, 0 AS channel, consumer_ordinal, 0 AS merchant_ordinal
FROM journal
WHERE kind = 'DrawRequested' AND outcome = 'accepted' AND vouchers <> 2
UNION ALL BY NAME
SELECT redemptions.programme, redemptions.sequence, redemptions.kind, claims.batch, claims.pack,
       claims.platform, merchants.district, merchants.category, merchants.industry,
       merchants.size_class, redemptions.channel, claims.consumer_ordinal,
       redemptions.merchant_ordinal
FROM redemptions
JOIN claims ON claims.programme = redemptions.programme AND claims.key = redemptions.subject
ASOF JOIN merchants ON merchants.programme = redemptions.programme
                   AND merchants.merchant_ordinal = redemptions.merchant_ordinal
                   AND merchants.sequence <= redemptions.sequence
UNION ALL BY NAME
SELECT refunds.programme, refunds.sequence, refunds.kind, redemptions.batch, redemptions.pack,
       redemptions.platform, redemptions.district, redemptions.category, redemptions.industry,
       redemptions.size_class, redemptions.channel, redemptions.consumer_ordinal,
       redemptions.merchant_ordinal
FROM (FROM journal WHERE kind = 'RedemptionRefunded' AND outcome = 'accepted') AS refunds
JOIN redemptions ON redemptions.programme = refunds.programme
                AND redemptions.key = refunds.subject
UNION ALL BY NAME
SELECT submissions.programme, submissions.sequence, submissions.kind, submissions.batch, 0 AS pack, submissions.platform,
       merchants.district, merchants.category, merchants.industry, merchants.size_class,
       merchants.channel, submissions.consumer_ordinal, submissions.merchant_ordinal
FROM (FROM journal WHERE kind = 'InvoiceSubmitted' AND outcome = 'accepted') AS submissions
ASOF JOIN merchants ON merchants.programme = submissions.programme
                   AND merchants.merchant_ordinal = submissions.merchant_ordinal
                   AND merchants.sequence <= submissions.sequence
UNION ALL BY NAME
SELECT steps.programme, steps.sequence, steps.kind, submissions.batch, 0 AS pack,
       submissions.platform, submissions.district, submissions.category, submissions.industry,
       submissions.size_class, submissions.channel, submissions.consumer_ordinal,
       submissions.merchant_ordinal
FROM (FROM journal
      WHERE kind IN ('InvoiceVerified', 'InvoiceRejected', 'InvoiceReversed', 'PrizePaid',
                     'PrizePayoutFailed', 'PrizeForfeited', 'PrizeRecovered')
        AND outcome = 'accepted') AS steps
-- The last one: a rejected invoice may be submitted once more.
ASOF JOIN (FROM journal WHERE kind = 'InvoiceSubmitted' AND outcome = 'accepted') AS submissions
  ON submissions.programme = steps.programme AND submissions.subject = steps.subject
 AND submissions.sequence < steps.sequence;

CREATE VIEW found_dimensions AS
SELECT programme, sequence, kind, batch, pack, platform, district, category, industry, size_class,
       channel, consumer_ordinal, merchant_ordinal
FROM journal
WHERE outcome = 'accepted'
  AND kind IN ('VoucherClaimed', 'DrawRequested', 'VoucherRedeemed', 'RedemptionRefunded', 'InvoiceSubmitted',
               'InvoiceVerified', 'InvoiceRejected', 'InvoiceReversed', 'PrizePaid',
               'PrizePayoutFailed', 'PrizeForfeited', 'PrizeRecovered');

-- Numbers go 1, 2, 3 … in the order in which the tokens first appear.
CREATE TABLE named AS
SELECT programme, 'consumer' AS who, subject AS token, consumer_ordinal AS number, sequence
FROM journal
WHERE consumer_ordinal > 0 AND kind IN ('ConsumerRegistered', 'VoucherClaimed', 'DrawRequested')
  AND outcome IN ('accepted', 'refused')
UNION ALL
SELECT programme, 'merchant', subject, merchant_ordinal, sequence FROM merchants;

CREATE TABLE expected_numbers AS
SELECT programme, who, token,
       row_number() OVER (PARTITION BY programme, who ORDER BY min(sequence)) AS number
FROM named
GROUP BY programme, who, token;
CREATE VIEW found_numbers AS SELECT DISTINCT programme, who, token, number FROM named;

-- Codes have their names beside them: those that the programme's own events gave. A code that they
-- never named, as in a claim that was refused for it, is its own name.
CREATE TABLE names AS
SELECT programme, 'programme' AS what, 0 AS code, 0 AS inner_code, name FROM programmes
UNION ALL
SELECT programme, 'batch', CAST(body ->> 'batch' AS BIGINT), 0, body ->> 'name' FROM details
WHERE kind IN ('BatchOpened', 'PrizeBatchOpened')
UNION ALL
SELECT programme, 'pack', batch, pack, name FROM packs
UNION ALL
SELECT programme, 'platform', CAST(body ->> 'platform' AS BIGINT), 0, body ->> 'name' FROM details
WHERE kind = 'PlatformAdmitted'
UNION ALL
SELECT programme, 'source', CAST(body ->> 'source' AS BIGINT), 0, body ->> 'name' FROM details
WHERE kind = 'SourceRegistered'
UNION ALL
SELECT details.programme, 'source', source, 0, body ->> 'authority'
FROM details
JOIN journal USING (programme, sequence)
WHERE details.kind = 'ProgrammeOpened'
UNION ALL
SELECT programme, 'category', category.category, 0, category.name
FROM (SELECT programme, unnest(from_json(body -> 'categories',
                            '[{"category": "BIGINT", "name": "VARCHAR"}]')) AS category
      FROM details
      WHERE kind = 'ProgrammeOpened')
UNION ALL
SELECT programme, 'category', 0, 0, '全部业态' FROM programmes
UNION ALL
SELECT programme, 'platform', 0, 0, '（未指明）' FROM programmes;

CREATE TABLE found_names AS
SELECT DISTINCT programme, 'programme' AS what, 0 AS code, 0 AS inner_code, programme_name AS name
FROM history
UNION SELECT programme, 'batch', batch, 0, batch_name FROM history WHERE batch IS NOT NULL
UNION SELECT programme, 'pack', batch, pack, pack_name FROM history WHERE pack IS NOT NULL
UNION SELECT programme, 'platform', platform, 0, platform_name FROM history
      WHERE platform IS NOT NULL
UNION SELECT programme, 'source', source, 0, source_name FROM history WHERE source IS NOT NULL
UNION SELECT programme, 'category', category, 0, category_name FROM history
      WHERE category IS NOT NULL;

CREATE TABLE expected_names AS
SELECT programme, what, code, inner_code,
       coalesce(names.name, CAST(CASE what WHEN 'pack' THEN inner_code ELSE code END AS VARCHAR))
           AS name
FROM (SELECT DISTINCT programme, what, code, inner_code FROM found_names)
LEFT JOIN names USING (programme, what, code, inner_code);
