-- What a revision says of itself: what came late, which figures changed, and why.

-- Figures of the day, not ratios and not those to date, that are not what they were.
CREATE TABLE expected_changes AS
WITH revised AS (
    SELECT * EXCLUDE (as_of, final)
    FROM figures
    SEMI JOIN (FROM revisions WHERE revision > 1) USING (programme, day)),
long AS (
    UNPIVOT revised
    ON COLUMNS(lambda name: name NOT IN ('programme', 'day', 'revision', 'cell')
                            AND name NOT LIKE '%_to_date')
    INTO NAME measure VALUE figure)
SELECT after.programme, after.day, after.revision, after.cell, after.measure,
       coalesce(before.figure, 0) AS "before", after.figure AS "after"
FROM long AS after
LEFT JOIN long AS before
  ON before.programme = after.programme AND before.day = after.day
 AND before.revision = after.revision - 1 AND before.cell = after.cell
 AND before.measure = after.measure
WHERE after.revision > 1 AND coalesce(before.figure, 0) <> after.figure;

CREATE VIEW found_changes AS
SELECT programme, day, revision,
       substr(topic_key, length(programme || '/' || day || '/') + 1,
              length(topic_key) - length(programme || '/' || day || '/' || measure) - 1) AS cell,
       measure, "before", "after"
FROM history
WHERE row_type = 'change';

-- The late entries by ledger sequence, as ranges, at most 4,000 in one row.
CREATE MACRO range_text(first, last) AS
    CASE WHEN first = last THEN CAST(first AS VARCHAR) ELSE first || '-' || last END;

CREATE TABLE expected_late_entries AS
WITH islands AS (
    SELECT programme, day, as_of, sequence,
           sequence - row_number() OVER (PARTITION BY programme, day, as_of
                                         ORDER BY sequence) AS island
    FROM late_arrivals),
ranges AS (
    SELECT programme, day, as_of, min(sequence) AS first, max(sequence) AS last,
           (row_number() OVER (PARTITION BY programme, day, as_of ORDER BY first) - 1) // 4000 + 1
               AS part
    FROM islands
    GROUP BY programme, day, as_of, island)
SELECT programme, day, revision, as_of, part,
       string_agg(range_text(first, last), ',' ORDER BY first) AS sequences
FROM ranges
JOIN revisions USING (programme, day, as_of)
GROUP BY ALL;

CREATE VIEW found_late_entries AS
SELECT programme, day, revision, as_of, part, sequences FROM history
WHERE row_type = 'late_entries';

-- Numbers of a source that the ledger has used up, and when (docs/domain.md §2, "Sequence").
CREATE TABLE used_numbers AS
SELECT programme, source, epoch, source_sequence AS number, min(sequence) AS used_at
FROM journal
LEFT JOIN reasons USING (reason)
JOIN programmes USING (programme)
WHERE sequence >= opened_at
  AND (outcome IN ('accepted', 'duplicate') OR (outcome = 'refused' AND reasons.number >= 40))
GROUP BY ALL;

-- What was missing at each cut, in each epoch.
CREATE TABLE missing_ranges AS
SELECT programme, as_of, source, epoch, number,
       coalesce(lag(number) OVER (PARTITION BY programme, as_of, source, epoch ORDER BY number), 0)
           + 1 AS first_missing
FROM clocks
JOIN used_numbers USING (programme)
WHERE used_at <= as_of;

CREATE TABLE epochs AS
SELECT programme, as_of, source, epoch, max(number) AS highest_number,
       sum(number - first_missing) AS missing_count,
       coalesce(string_agg(range_text(first_missing, number - 1), ',' ORDER BY number)
                FILTER (first_missing < number), '') AS missing_numbers,
       epoch = max(epoch) OVER (PARTITION BY programme, as_of, source) AS current
FROM missing_ranges
GROUP BY programme, as_of, source, epoch;

CREATE TABLE expected_gaps AS
WITH sources AS (
    SELECT programme, as_of, source,
           max(epoch) AS epoch,
           max(highest_number) FILTER (current) AS highest_number,
           max(missing_count) FILTER (current) AS missing_count,
           max(missing_numbers) FILTER (current) AS missing_numbers,
           coalesce(sum(missing_count) FILTER (NOT current), 0) AS abandoned_count
    FROM epochs
    GROUP BY ALL)
SELECT programme, day, revision, as_of, sources.* EXCLUDE (programme, as_of)
FROM revisions
JOIN sources USING (programme, as_of);

CREATE VIEW found_gaps AS
SELECT programme, day, revision, as_of, source, epoch, highest_number, missing_count,
       missing_numbers, abandoned_count
FROM history
WHERE row_type = 'gap';

-- The last row of each revision.
CREATE TABLE expected_days AS
WITH late AS (
    SELECT programme, day, as_of, count(*) AS late_entries,
           count(*) FILTER (outcome = 'accepted') AS late_accepted,
           count(*) FILTER (outcome = 'refused') AS late_refused,
           count(*) FILTER (fills_gap) AS gap_fills
    FROM late_arrivals
    GROUP BY ALL),
changed AS (
    SELECT programme, day, revision, count(DISTINCT cell) AS changed_cells,
           count(*) AS changed_figures
    FROM expected_changes
    GROUP BY ALL),
missing AS (
    SELECT programme, day, revision, sum(missing_count) AS missing_count
    FROM expected_gaps
    GROUP BY ALL),
rows_of AS (
    SELECT programme, day, revision, count(*) AS statistics_rows
    FROM expected_statistics
    GROUP BY ALL)
SELECT programme, day, revision, as_of, final, make_timestamp(now_us) AS cut_at, previous_as_of,
       statistics_rows,
       coalesce(COLUMNS(['late_entries', 'late_accepted', 'late_refused', 'gap_fills',
                         'changed_cells', 'changed_figures', 'missing_count']), 0),
       CASE WHEN revision = 1 THEN 'first cut of the day'
            ELSE concat_ws('; ',
                     CASE WHEN closes THEN 'the programme is closed: final figures' END,
                     late_entries || CASE WHEN late_entries = 1 THEN ' entry' ELSE ' entries' END
                         || ' came after the cut at ledger sequence ' || previous_as_of || ': '
                         || late_accepted || ' accepted, ' || late_refused || ' refused'
                         || CASE WHEN gap_fills > 0 THEN ', ' || gap_fills || ' of them filled gaps'
                                 ELSE '' END)
                 || '; ' || coalesce(changed_figures, 0) || ' figures changed' END AS why
FROM revisions
JOIN clocks USING (programme, as_of)
JOIN rows_of USING (programme, day, revision)
LEFT JOIN late USING (programme, day, as_of)
LEFT JOIN changed USING (programme, day, revision)
LEFT JOIN missing USING (programme, day, revision);

CREATE VIEW found_days AS
SELECT programme, day, revision, as_of, final, cut_at, previous_as_of, statistics_rows,
       late_entries, late_accepted, late_refused, gap_fills, changed_cells, changed_figures,
       missing_count, why
FROM history
WHERE row_type = 'day';
