-- The latest topic holds, for each key, the very bytes that the history said last.

CREATE VIEW expected_latest AS SELECT topic_key, digest FROM history_digests;
CREATE VIEW found_latest AS SELECT topic_key, digest FROM latest_digests;

-- The rows of each topic are numbered 1, 2, 3 … in each partition.
CREATE TABLE numbered AS
SELECT 'history' AS topic, partition, "offset", "row" FROM history
UNION ALL SELECT 'reconciliation', partition, "offset", "row" FROM reconciliation
UNION ALL SELECT 'refusals', partition, "offset", "row" FROM refusals
UNION ALL SELECT 'outcomes', partition, "offset", "row" FROM outcomes;

CREATE VIEW expected_row_numbers AS
SELECT topic, partition, "offset",
       row_number() OVER (PARTITION BY topic, partition ORDER BY "offset") AS "row"
FROM numbered;
CREATE VIEW found_row_numbers AS FROM numbered;

-- A type of row that is not compared anywhere must not go unseen.
CREATE TABLE found_row_types AS
SELECT DISTINCT 'history' AS topic, row_type FROM history
UNION SELECT 'reconciliation', row_type FROM reconciliation
UNION SELECT 'refusals', row_type FROM refusals
UNION SELECT 'outcomes', row_type FROM outcomes;

CREATE VIEW expected_row_types AS
FROM found_row_types
WHERE row_type IN ('statistics', 'change', 'late_entries', 'gap', 'day', 'fund_usage', 'prizes',
                   'draws', 'batch_summary', 'batch_summary_district', 'batch_summary_change',
                   'refusals', 'control_total', 'refund_share', 'refusal', 'quarantine',
                   'draw_answer', 'gap_opened', 'identity_signal');
