-- Requests for an instant draw by platform and hour (docs/definitions.md, "Draws by platform and
-- hour"). Outcomes: lost 1, won 2, won_today 3, cap_reached 4, stock_out 5.

CREATE TABLE expected_draws AS
SELECT revisions.programme, revisions.day, revision, as_of, platform,
       (occurred_at_us + 8 * 3600000000) // 3600000000 % 24 AS hour,
       count(*) AS asked_count,
       count(*) FILTER (vouchers = 2) AS won_count,
       CAST(sum(amount_fen) AS BIGINT) AS won_amount,
       count(*) FILTER (vouchers = 1) AS lost_count,
       count(*) FILTER (vouchers = 3) AS won_today_count,
       count(*) FILTER (vouchers = 4) AS cap_reached_count,
       count(*) FILTER (vouchers = 5) AS stock_out_count,
       ratio_text(count(*) FILTER (vouchers = 2), count(*)) AS win_rate
FROM revisions
JOIN journal ON journal.programme = revisions.programme AND business_day = revisions.day
            AND sequence <= as_of
WHERE kind = 'DrawRequested' AND outcome = 'accepted'
GROUP BY ALL;

CREATE VIEW found_draws AS
SELECT programme, day, revision, as_of, platform, hour, asked_count, won_count, won_amount,
       lost_count, won_today_count, cap_reached_count, stock_out_count, win_rate
FROM history
WHERE row_type = 'draws';
