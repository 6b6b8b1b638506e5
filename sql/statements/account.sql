-- The index is forced wherever rows are locked or a team may be large: with a handful of rows the
-- optimizer likes to scan all accounts of the team, in another key's order, and locks follow it.

-- name: account_find_with_segment
-- What a request names by id, in one read without locks, by primary keys: a row for each account,
-- and in every row the same segment, or nulls if it is not there.
SELECT a.id, a.x_user_id, a.handle, a.tier, a.state, a.automated_streams, t.stream_cap,
       s.id, s.name, s.description
  FROM tracked_account a FORCE INDEX (PRIMARY)
  JOIN tier t ON t.tier = a.tier
  LEFT JOIN segment s FORCE INDEX (PRIMARY)
    ON s.id = ? AND s.team_id = a.team_id AND s.archived_at IS NULL
 WHERE a.team_id = ? AND a.id IN ({?});

-- name: account_find_by_handle
-- Accounts last seen under these handles; a guess, since handles change hands.
SELECT a.id, a.x_user_id, a.handle, a.tier, a.state, a.automated_streams, t.stream_cap
  FROM tracked_account a FORCE INDEX (tracked_account_handle) JOIN tier t ON t.tier = a.tier
 WHERE a.team_id = ? AND a.handle IN ({?});

-- name: account_find_by_x_user
-- Accounts by identity. Under the team's lock the answer is certain: nobody else adds one.
SELECT a.id, a.x_user_id, a.handle, a.tier, a.state, a.automated_streams, t.stream_cap
  FROM tracked_account a FORCE INDEX (tracked_account_x_user) JOIN tier t ON t.tier = a.tier
 WHERE a.team_id = ? AND a.x_user_id IN ({?});

-- name: account_find
-- Accounts by id, to say why account_take_stream refused one, and to read states under the lock.
SELECT a.id, a.x_user_id, a.handle, a.tier, a.state, a.automated_streams, t.stream_cap
  FROM tracked_account a FORCE INDEX (PRIMARY) JOIN tier t ON t.tier = a.tier
 WHERE a.team_id = ? AND a.id IN ({?});

-- name: account_count_tracked
-- How many accounts a team tracks now; for the limit of a free team.
SELECT COUNT(*) FROM tracked_account WHERE team_id = ? AND state <> 'sleeping';

-- name: account_count_billable
-- The quantity Stripe has to know: index tracked_account_billable.
SELECT COUNT(*) FROM tracked_account FORCE INDEX (tracked_account_billable)
 WHERE state IN ('pending', 'active') AND team_id = ? AND tier = ?;

-- name: account_add
-- New accounts, sorted by x_user_id, under the team's lock.
INSERT INTO tracked_account (team_id, x_user_id, handle, tier, state, activated_at, created_at)
VALUES {(?, ?, ?, ?, ?, ?, ?)} RETURNING id, x_user_id;

-- name: account_wake
-- Sleeping accounts become billable again; the state is pending, or active for a free team.
UPDATE tracked_account FORCE INDEX (PRIMARY) SET state = ?
 WHERE state = 'sleeping' AND team_id = ? AND id IN ({?}) ORDER BY id;

-- name: account_set_handle
-- The handle under which X knows the account now; its letter case counts here.
UPDATE tracked_account SET handle = ?
 WHERE team_id = ? AND id = ? AND handle COLLATE ascii_bin <> ?;

-- name: account_take_stream
-- The chokepoint: the only statement that lets one more automated stream use an account. Rows are
-- locked by ascending id; an account that is full, asleep or gone is not changed, so the caller
-- compares the number of rows with the number of ids. The second state is 'active' where a pending
-- account would not do.
UPDATE tracked_account FORCE INDEX (PRIMARY) SET automated_streams = automated_streams + 1
 WHERE team_id = ? AND state IN ('active', ?)
   AND automated_streams < (SELECT stream_cap FROM tier WHERE tier.tier = tracked_account.tier)
   AND id IN ({?})
 ORDER BY id;

-- name: account_free_stream
-- The way back, for a stream that is taken out again.
UPDATE tracked_account FORCE INDEX (PRIMARY) SET automated_streams = automated_streams - 1
 WHERE team_id = ? AND automated_streams > 0 AND id IN ({?}) ORDER BY id;

-- name: account_activate
-- Stripe has confirmed: the accounts of a stream that were waiting are active.
UPDATE tracked_account FORCE INDEX (PRIMARY)
   SET state = 'active', activated_at = COALESCE(activated_at, ?)
 WHERE state = 'pending' AND team_id = ? AND id IN ({?}) ORDER BY id;

-- name: account_sleep_unpaid
-- Stripe refused: an account that was woken goes back to sleep, unless another stream that is still
-- pending needs it. Active streams may have slept with it before.
UPDATE tracked_account FORCE INDEX (PRIMARY) SET state = 'sleeping'
 WHERE state = 'pending' AND activated_at IS NOT NULL AND team_id = ? AND id IN ({?})
   AND NOT EXISTS (SELECT 1 FROM pair p
                     JOIN stream s ON s.team_id = p.team_id AND s.id = p.stream_id
                    WHERE p.team_id = tracked_account.team_id AND s.status = 'pending'
                      AND p.account_id = tracked_account.id)
 ORDER BY id;

-- name: account_remove_unpaid
-- Stripe refused: an account that never was active and that no stream uses is forgotten.
DELETE FROM tracked_account
 WHERE state = 'pending' AND activated_at IS NULL AND automated_streams = 0 AND team_id = ?
   AND id IN ({?}) ORDER BY id;

-- name: account_count_by_tier
-- What a team tracks, for the operator: by tier, all and those that sleep.
SELECT tier, COUNT(*), CAST(SUM(state = 'sleeping') AS SIGNED),
       CAST(SUM(automated_streams) AS SIGNED)
  FROM tracked_account WHERE team_id = ? GROUP BY tier ORDER BY tier;

-- name: account_set_tier
-- Behind the team's lock, when a free team begins to pay: its accounts get a tier that can be
-- billed. One that uses more streams than that tier allows is not changed.
UPDATE tracked_account FORCE INDEX (tracked_account_team) SET tier = ?
 WHERE team_id = ? AND tier = 'free'
   AND automated_streams <= (SELECT stream_cap FROM tier WHERE tier.tier = ?)
 ORDER BY id;

-- name: account_count_free
-- Behind the team's lock: the accounts that have no tier to be billed by.
SELECT COUNT(*) FROM tracked_account WHERE team_id = ? AND tier = 'free';
