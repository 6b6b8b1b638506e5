-- name: pair_add
-- The accounts are locked already, so their foreign keys wait for nobody.
INSERT INTO pair (team_id, stream_id, account_id, account_origin) VALUES {(?, ?, ?, ?)}
RETURNING id, account_id;

-- name: pair_list
-- The pairs of a stream with their accounts, in the order of the request.
SELECT p.id, p.account_id, p.account_origin, a.handle, a.tier, a.state
  FROM pair p
  JOIN tracked_account a FORCE INDEX (PRIMARY) ON a.id = p.account_id AND a.team_id = p.team_id
 WHERE p.team_id = ? AND p.stream_id = ? ORDER BY p.id;
