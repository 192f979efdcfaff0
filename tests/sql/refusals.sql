-- Everything that has a reason of its own is published once, with it. A duplicate has the reason of
-- the first answer, which was published then.

CREATE TABLE expected_refusals AS
SELECT journal.partition, sequence,
       CASE outcome WHEN 'refused' THEN 'refusal' ELSE 'quarantine' END AS row_type,
       journal.programme, input_offset, make_timestamp(logged_at_us) AS logged_at,
       reasons.number AS reason_number, reason,
       CASE WHEN outcome = 'refused' THEN source END AS source,
       CASE WHEN outcome = 'refused' THEN epoch END AS epoch,
       CASE WHEN outcome = 'refused' THEN source_sequence END AS source_sequence,
       CASE WHEN outcome = 'refused' THEN kind END AS kind,
       CASE WHEN outcome = 'refused' THEN coalesce(key, repeat('0', 32)) END AS natural_key,
       CASE WHEN outcome = 'refused' THEN coalesce(subject, repeat('0', 32)) END AS subject,
       CASE WHEN outcome = 'refused' THEN make_timestamp(occurred_at_us) END AS occurred_at,
       CASE WHEN outcome = 'refused' THEN platform END AS platform,
       CASE WHEN outcome = 'refused' THEN batch END AS batch
FROM journal
LEFT JOIN reasons USING (reason)
WHERE outcome IN ('refused', 'quarantined') OR (reason IS NOT NULL AND outcome <> 'duplicate');

CREATE VIEW found_refusals AS
SELECT partition, sequence, row_type, programme, input_offset, logged_at, reason_number, reason,
       source, epoch, source_sequence, kind, natural_key, subject, occurred_at, platform, batch
FROM refusals;

-- How many of each reason a day had at its cut.
CREATE TABLE expected_refusal_counts AS
SELECT revisions.programme, day, revision, as_of, reasons.number AS reason_number, reason,
       count(*) AS refused_count
FROM revisions
JOIN programmes USING (programme)
JOIN journal ON journal.programme = revisions.programme AND business_day = day
            AND sequence BETWEEN opened_at AND as_of
JOIN reasons USING (reason)
WHERE outcome = 'refused'
GROUP BY ALL;

CREATE VIEW found_refusal_counts AS
SELECT programme, day, revision, as_of, reason_number, reason, refused_count
FROM history
WHERE row_type = 'refusals';
