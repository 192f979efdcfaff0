-- Which day gets which revision at which cut (docs/domain.md §5, "The cut").

CREATE TABLE programmes AS
SELECT programme, sequence AS opened_at, body ->> 'name' AS name,
       DATE '1970-01-01' + CAST(body ->> 'first_day' AS INTEGER) AS first_day,
       CAST(body ->> 'cut_minute' AS BIGINT) AS cut_minute
FROM details
WHERE kind = 'ProgrammeOpened';

-- A cut takes every day D for which now is at or past D+1 00:00 + cut_minute, at UTC+08:00.
CREATE TABLE clocks AS
SELECT programme, sequence AS as_of, now_us,
       DATE '1970-01-01' + CAST((now_us + 8 * 3600000000 - cut_minute * 60000000) // 86400000000
                                AS INTEGER) - 1 AS last_day
FROM (SELECT programme, sequence, CAST(body ->> 'now_us' AS BIGINT) AS now_us
      FROM details
      WHERE kind = 'ClockAdvanced')
JOIN programmes USING (programme);

CREATE TABLE first_cuts AS
WITH days AS (
    SELECT programme, CAST(unnest(generate_series(first_day, max(last_day), INTERVAL 1 DAY))
                           AS DATE) AS day
    FROM clocks
    JOIN programmes USING (programme)
    GROUP BY programme, first_day)
SELECT programme, day, min(as_of) AS as_of
FROM days
JOIN clocks USING (programme)
WHERE last_day >= day
GROUP BY programme, day;

-- What can change a figure: accepted entries, and refused claims and requests for
-- a draw that name a consumer.
CREATE TABLE arrivals AS
SELECT programme, business_day AS day, sequence, outcome, fills_gap
FROM journal
WHERE outcome = 'accepted'
   OR (outcome = 'refused' AND kind IN ('VoucherClaimed', 'DrawRequested')
       AND consumer_ordinal > 0);

-- Those that came after their day's first cut wait for the next one.
CREATE TABLE late_arrivals AS
WITH late AS (
    SELECT arrivals.*
    FROM arrivals
    JOIN first_cuts USING (programme, day)
    WHERE sequence > as_of)
SELECT late.*, clocks.as_of
FROM late
ASOF JOIN clocks ON late.programme = clocks.programme AND late.sequence <= clocks.as_of;

-- The first cut after the programme's close makes every day final that was cut before.
CREATE TABLE closing_cuts AS
SELECT clocks.programme, min(as_of) AS closing_cut
FROM clocks
JOIN journal ON journal.programme = clocks.programme AND journal.sequence < as_of
WHERE kind = 'ProgrammeClosed' AND outcome = 'accepted'
GROUP BY clocks.programme;

CREATE TABLE revisions AS
WITH cuts AS (
    FROM first_cuts
    UNION
    SELECT programme, day, as_of FROM late_arrivals
    UNION
    SELECT programme, day, closing_cut
    FROM first_cuts
    JOIN closing_cuts USING (programme)
    WHERE as_of < closing_cut)
SELECT programme, day, as_of,
       row_number() OVER of_day AS revision,
       coalesce(lag(as_of) OVER of_day, 0) AS previous_as_of,
       coalesce(as_of >= closing_cut, false) AS final,
       coalesce(as_of = closing_cut, false) AND revision > 1 AS closes
FROM cuts
LEFT JOIN closing_cuts USING (programme)
WINDOW of_day AS (PARTITION BY programme, day ORDER BY as_of);
