-- What a platform waits for (docs/formats/statistics.md, "fiscus.outcomes.v1"). Outcomes of a draw:
-- lost 1, won 2, won_today 3, cap_reached 4, stock_out 5; an exact repeat has none and no row.

CREATE TABLE expected_outcomes AS
SELECT partition, sequence, 'draw_answer' AS row_type, input_offset,
       make_timestamp(logged_at_us) AS logged_at, programme, platform, source,
       programme || '/' || platform || '/draw/' || key AS topic_key,
       key AS request,
       CASE WHEN outcome = 'refused' THEN 'refused'
            ELSE ['lost', 'won', 'won_today', 'cap_reached', 'stock_out'][vouchers] END AS answer,
       outcome = 'duplicate' AS repeated,
       coalesce(reasons.number, 0) AS reason_number, reason, business_day AS day, batch,
       limit_class AS tier,
       CASE WHEN vouchers = 2 THEN pack ELSE 0 END AS pack,
       CASE WHEN vouchers = 2 THEN denomination ELSE 0 END AS denomination,
       CASE WHEN vouchers = 2 THEN amount_fen ELSE 0 END AS amount,
       CASE WHEN vouchers = 2 AND outcome = 'duplicate' THEN subject
            WHEN vouchers = 2 THEN key END AS voucher,
       NULL::BIGINT AS epoch, NULL::UBIGINT AS first_missing, NULL::UBIGINT AS last_missing,
       NULL::VARCHAR AS registration, NULL::BOOLEAN AS phone_of_other,
       NULL::BOOLEAN AS device_of_other
FROM journal
LEFT JOIN reasons USING (reason)
WHERE kind = 'DrawRequested' AND (outcome = 'refused' OR vouchers > 0)
UNION ALL BY NAME
SELECT partition, sequence, 'gap_opened' AS row_type, input_offset,
       make_timestamp(logged_at_us) AS logged_at, programme, platform, source,
       programme || '/' || platform || '/gap/' || source || '/' || epoch || '/' || gap_from
           AS topic_key,
       epoch, gap_from AS first_missing, source_sequence - 1 AS last_missing
FROM journal
WHERE gap_from > 0
UNION ALL BY NAME
SELECT partition, sequence, 'identity_signal' AS row_type, input_offset,
       make_timestamp(logged_at_us) AS logged_at, programme, platform, source,
       programme || '/' || platform || '/registration/' || key AS topic_key,
       key AS registration, phone_of_other, device_of_other
FROM journal
WHERE kind = 'ConsumerRegistered' AND outcome = 'accepted' AND (phone_of_other OR device_of_other);

CREATE VIEW found_outcomes AS
SELECT partition, sequence, row_type, input_offset, logged_at, programme, platform, source,
       topic_key, request, answer, repeated, reason_number, reason, day, batch, tier, pack,
       denomination, amount, voucher, epoch, first_missing, last_missing, registration,
       phone_of_other, device_of_other
FROM outcomes;
