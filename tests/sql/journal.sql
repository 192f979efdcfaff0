-- The journal as `fiscus log dump --topic journal --json` prints it: one row for each entry, its
-- postings and, for decisions, the event itself. Nothing else of fiscus is read by what follows.

CREATE TABLE journal AS
SELECT * REPLACE (try_cast(business_day AS DATE) AS business_day,
                  try_cast(origin_day AS DATE) AS origin_day)
FROM read_json(getvariable('folder') || '/journal.jsonl', format = 'newline_delimited', columns = {
    partition: 'INTEGER', sequence: 'BIGINT', input_offset: 'BIGINT', outcome: 'VARCHAR',
    reason: 'VARCHAR', kind: 'VARCHAR', logged_at_us: 'BIGINT', occurred_at_us: 'BIGINT',
    business_day: 'VARCHAR', origin_day: 'VARCHAR', key: 'VARCHAR', subject: 'VARCHAR',
    programme: 'BIGINT', source: 'BIGINT', epoch: 'BIGINT', source_sequence: 'UBIGINT', gap_from: 'UBIGINT',
    platform: 'BIGINT', batch: 'BIGINT', pack: 'BIGINT', denomination: 'BIGINT',
    district: 'BIGINT', industry: 'BIGINT', category: 'BIGINT', size_class: 'BIGINT',
    limit_class: 'BIGINT', channel: 'BIGINT', vouchers: 'BIGINT', consumer_ordinal: 'BIGINT',
    merchant_ordinal: 'BIGINT', amount_fen: 'BIGINT', order_amount_fen: 'BIGINT',
    platform_match_fen: 'BIGINT', merchant_match_fen: 'BIGINT', difference_fen: 'BIGINT',
    fills_gap: 'BOOLEAN', full_refund: 'BOOLEAN', reserve_moved_up: 'BOOLEAN',
    phone_of_other: 'BOOLEAN', device_of_other: 'BOOLEAN', content_hash: 'UBIGINT', detail_hex: 'VARCHAR',
    postings: 'STRUCT(debit STRUCT(kind VARCHAR, programme BIGINT, batch BIGINT, key BIGINT),
                      credit STRUCT(kind VARCHAR, programme BIGINT, batch BIGINT, key BIGINT),
                      amount_fen BIGINT)[]'});

-- The exact bytes of the events that set rules, names, totals and the clock, read by flatc.
CREATE TABLE details AS
FROM read_json(getvariable('folder') || '/details.jsonl', format = 'newline_delimited', columns = {
    partition: 'INTEGER', sequence: 'BIGINT', programme: 'BIGINT', kind: 'VARCHAR', body: 'JSON'});

-- Numbers of the reasons: schemas/reasons.fbs is their table.
CREATE TABLE reasons AS
SELECT line[1] AS reason, CAST(line[2] AS BIGINT) AS number
FROM (SELECT regexp_extract_all(content, '(?m)^ +[a-z_]+ = \d+', 0) AS lines
      FROM read_text(getvariable('root') || '/schemas/reasons.fbs')),
     (SELECT unnest(lines) AS text),
     (SELECT string_split(trim(text), ' = ') AS line);
