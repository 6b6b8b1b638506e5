-- name: api_key_find
-- Key, user and team in one read, by primary key each. The caller compares the hash.
SELECT k.key_hash, k.team_id, k.user_id, k.last_used_at, u.timezone, t.plan = 'free',
       t.plan = 'free' OR t.subscription_status IN ('active', 'trialing')
  FROM api_key k
  JOIN user u FORCE INDEX (PRIMARY) ON u.id = k.user_id AND u.team_id = k.team_id
  JOIN team t ON t.id = k.team_id
 WHERE k.public_id = ? AND k.revoked_at IS NULL;

-- name: api_key_set_used
-- At most once a minute for one key.
UPDATE api_key SET last_used_at = ? WHERE public_id = ? AND team_id = ?;

-- name: api_key_add
-- The team comes from the user, so that key and user cannot be of two teams. No row: no such user.
INSERT INTO api_key (public_id, key_hash, team_id, user_id, name, created_at)
SELECT ?, ?, u.team_id, u.id, ?, ? FROM user u WHERE u.id = ?;

-- name: api_key_list
-- For the operator: all keys of a team.
SELECT public_id, team_id, user_id, name, created_at, last_used_at, revoked_at
  FROM api_key WHERE team_id = ? ORDER BY created_at, public_id;

-- name: api_key_revoke
-- By primary key; for good.
UPDATE api_key SET revoked_at = ? WHERE public_id = ? AND revoked_at IS NULL;

-- name: api_key_get
-- For the operator: one key, revoked or not.
SELECT public_id, team_id, user_id, name, created_at, last_used_at, revoked_at
  FROM api_key WHERE public_id = ?;

-- name: api_key_set_name
-- By primary key; nothing depends on it.
UPDATE api_key SET name = ? WHERE public_id = ?;
