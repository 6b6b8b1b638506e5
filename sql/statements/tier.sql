-- name: tier_list
-- All tiers in their order, with the accounts of all teams: all, and those above the cap.
SELECT t.tier, t.stream_cap, COUNT(a.id),
       CAST(COALESCE(SUM(a.automated_streams > t.stream_cap), 0) AS SIGNED),
       CAST(COALESCE(MAX(a.automated_streams), 0) AS SIGNED)
  FROM tier t LEFT JOIN tracked_account a ON a.tier = t.tier
 GROUP BY t.tier, t.stream_cap ORDER BY t.tier;

-- name: tier_set_cap
-- By primary key. The guard of account_take_stream reads it: it counts from the next stream on.
UPDATE tier SET stream_cap = ? WHERE tier = ?;
