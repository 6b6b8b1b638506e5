-- name: idempotency_key_claim
-- One statement claims a free key, takes over one whose run has died, and reads what is there: the
-- row as it stands afterwards. The key is ours if the owner is.
INSERT INTO idempotency_key
  (team_id, idempotency_key, request_hash, owner, locked_until, state, created_at)
VALUES (?, ?, ?, ?, ?, 'started', ?)
ON DUPLICATE KEY UPDATE
  owner = IF(state <> 'finished' AND request_hash = VALUES(request_hash) AND locked_until < ?,
             VALUES(owner), owner),
  locked_until = IF(owner = VALUES(owner), VALUES(locked_until), locked_until)
RETURNING request_hash, owner, state, stream_id, status, body;

-- name: idempotency_key_find
-- By primary key, without a lock: what another run has made of a key that was ours.
SELECT state, stream_id, status, body FROM idempotency_key
 WHERE team_id = ? AND idempotency_key = ?;

-- name: idempotency_key_find_by_stream
-- For whoever goes on with a pending stream: index idempotency_key_stream.
SELECT idempotency_key, owner FROM idempotency_key
 WHERE team_id = ? AND stream_id = ? AND state = 'reserved';

-- name: idempotency_key_lock
-- The fence: a run whose key was taken over finds no row.
SELECT state FROM idempotency_key
 WHERE team_id = ? AND idempotency_key = ? AND owner = ? FOR UPDATE;

-- name: idempotency_key_set_reserved
-- In the reserving transaction, which has locked the row. No row: the key was taken over.
UPDATE idempotency_key SET state = 'reserved', stream_id = ?
 WHERE team_id = ? AND idempotency_key = ? AND owner = ? AND state = 'started';

-- name: idempotency_key_set_finished
-- With the last change of the create, in one transaction. No row: the key was taken over. The lock
-- ends, and its end is when the key was finished.
UPDATE idempotency_key SET state = 'finished', stream_id = ?, status = ?, body = ?,
       locked_until = ?
 WHERE team_id = ? AND idempotency_key = ? AND owner = ? AND state <> 'finished';

-- name: idempotency_key_remove
-- An answer that is not final leaves nothing: the same key may be tried afresh.
DELETE FROM idempotency_key
 WHERE team_id = ? AND idempotency_key = ? AND owner = ? AND state = 'started';

-- name: idempotency_key_release
-- The run ends before the answer is final, or without knowing what became of it: the next request
-- with the key takes over at once.
UPDATE idempotency_key SET locked_until = ?
 WHERE team_id = ? AND idempotency_key = ? AND owner = ? AND state <> 'finished';

-- name: idempotency_key_remove_old
-- The sweep, of all teams, a batch a statement: index idempotency_key_sweep, and of that only what
-- is old. A reserved key is never swept: its stream is finished first. The lock of a started one
-- has ended too: a later run may have taken it over.
DELETE FROM idempotency_key
 WHERE (state = 'started' AND locked_until < ? AND created_at < ?)
    OR (state = 'finished' AND locked_until < ?)
 LIMIT ?;
