-- What is always true of the rows. Each query answers no row when all is well; a row it answers is
-- a fault in the program or the trace of a hand that changed data. Any client can run this file:
--
--   mariadb --table headwater < invariants.sql
--
-- They read what is committed and lock nothing. Rows under way are counted as what they are, so
-- the queries hold under load too, except where a comment says "at rest".

-- name: half_stream
-- A stream and its pairs are stored together or not at all.
SELECT s.id AS stream_id, s.pair_count, COUNT(p.id) AS pairs
  FROM stream s LEFT JOIN pair p ON p.team_id = s.team_id AND p.stream_id = s.id
 GROUP BY s.id, s.pair_count
HAVING s.pair_count <> COUNT(p.id);

-- name: stream_without_slot
-- The same for its slots: a stream without one would never be due.
SELECT s.id AS stream_id
  FROM stream s LEFT JOIN stream_slot t ON t.stream_id = s.id
 WHERE t.stream_id IS NULL;

-- name: cap_exceeded
-- No account is used by more automated streams than its tier allows. An operator who lowers a cap
-- may find rows here that were right before.
SELECT a.id AS account_id, a.tier, a.automated_streams, t.stream_cap
  FROM tracked_account a JOIN tier t ON t.tier = a.tier
 WHERE a.automated_streams > t.stream_cap;

-- name: counter_differs
-- The counter that guards the cap is the number of streams that are not archived.
SELECT a.id AS account_id, a.automated_streams, COUNT(s.id) AS streams
  FROM tracked_account a
  LEFT JOIN pair p ON p.team_id = a.team_id AND p.account_id = a.id
  LEFT JOIN stream s ON s.team_id = p.team_id AND s.id = p.stream_id AND NOT s.is_archived
 GROUP BY a.id, a.automated_streams
HAVING a.automated_streams <> COUNT(s.id);

-- name: active_stream_pending_account
-- A stream becomes active together with its accounts. The exception is an account that was active
-- before, fell asleep, and waits to be paid for again with another stream that is pending.
SELECT s.id AS stream_id, a.id AS account_id
  FROM stream s
  JOIN pair p ON p.team_id = s.team_id AND p.stream_id = s.id
  JOIN tracked_account a ON a.team_id = p.team_id AND a.id = p.account_id
 WHERE s.status = 'active' AND a.state = 'pending'
   AND (a.activated_at IS NULL
        OR NOT EXISTS (
             SELECT 1 FROM pair w
               JOIN stream ws ON ws.team_id = w.team_id AND ws.id = w.stream_id
              WHERE w.team_id = a.team_id AND w.account_id = a.id AND ws.status = 'pending'));

-- name: active_stream_unapplied
-- An active stream has been paid for: Stripe has confirmed its version for every tier of which it
-- brought in or woke an account. (A free team's streams have version 0.)
SELECT s.id AS stream_id, a.tier, s.billing_version, b.applied_version
  FROM stream s
  JOIN pair p ON p.team_id = s.team_id AND p.stream_id = s.id AND p.account_origin <> 'known'
  JOIN tracked_account a ON a.team_id = p.team_id AND a.id = p.account_id
  LEFT JOIN billing b ON b.team_id = a.team_id AND CAST(b.tier AS CHAR) = CAST(a.tier AS CHAR)
 WHERE s.status = 'active' AND s.billing_version > COALESCE(b.applied_version, 0);

-- name: pending_too_long
-- Somebody always rolls a pending stream forward: its own request, a repeated one, or the
-- reconciler. 60 seconds is the time all of them have; a Stripe that is away for longer shows here.
SELECT id AS stream_id, created_at
  FROM stream
 WHERE status = 'pending' AND created_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND;

-- name: pending_stream_unbilled
-- A pending stream waits for a version that some billing row of its team is meant to reach.
-- Otherwise it would wait for ever.
SELECT s.id AS stream_id, s.billing_version
  FROM stream s
 WHERE s.status = 'pending'
   AND NOT EXISTS (SELECT 1 FROM billing b
                    WHERE b.team_id = s.team_id AND b.desired_version >= s.billing_version);

-- name: pending_stream_sleeping_account
-- A create wakes the accounts it names, so nothing sleeps under a stream that is not active yet.
SELECT s.id AS stream_id, a.id AS account_id
  FROM stream s
  JOIN pair p ON p.team_id = s.team_id AND p.stream_id = s.id
  JOIN tracked_account a ON a.team_id = p.team_id AND a.id = p.account_id
 WHERE s.status = 'pending' AND a.state = 'sleeping';

-- name: pending_account_without_stream
-- An account is pending because of a stream that is. Left alone, it would be paid for by nobody's
-- wish and used by nobody.
SELECT a.id AS account_id
  FROM tracked_account a
 WHERE a.state = 'pending'
   AND NOT EXISTS (
         SELECT 1 FROM pair p
           JOIN stream s ON s.team_id = p.team_id AND s.id = p.stream_id
          WHERE p.team_id = a.team_id AND p.account_id = a.id AND s.status = 'pending');

-- name: attempt_too_old
-- Stripe forgets an idempotency key after 24 hours. After 20 an attempt is never sent again: what
-- Stripe has is read and compared instead.
SELECT team_id, tier, attempt_at
  FROM billing
 WHERE attempt_at < UTC_TIMESTAMP(6) - INTERVAL 20 HOUR;

-- name: attempt_out_of_range
-- An attempt is for a version that was wished for and is not confirmed yet.
SELECT team_id, tier, attempt_version, applied_version, desired_version
  FROM billing
 WHERE attempt_version > desired_version OR attempt_version <= applied_version;

-- name: lease_without_end
-- A lease has an owner and an end, or neither.
SELECT team_id, tier, lease_until
  FROM billing
 WHERE (lease_owner IS NULL) <> (lease_until IS NULL);

-- name: quantity_differs
-- At rest. Where all that was wished for is confirmed, the quantity is the number of accounts: who
-- changes the number raises the wish in the same transaction.
SELECT b.team_id, b.tier, b.applied_quantity, COUNT(a.id) AS accounts
  FROM billing b
  LEFT JOIN tracked_account a ON a.team_id = b.team_id
       AND CAST(a.tier AS CHAR) = CAST(b.tier AS CHAR) AND a.state IN ('pending', 'active')
 WHERE b.applied_version = b.desired_version AND b.attempt_key IS NULL
 GROUP BY b.team_id, b.tier, b.applied_quantity
HAVING b.applied_quantity <> COUNT(a.id);

-- name: account_never_billed
-- A paid team tracks no account of a tier that it has no Stripe item for.
SELECT a.id AS account_id, a.team_id, a.tier
  FROM tracked_account a
  JOIN team t ON t.id = a.team_id AND t.plan = 'paid'
  LEFT JOIN billing b ON b.team_id = a.team_id AND CAST(b.tier AS CHAR) = CAST(a.tier AS CHAR)
 WHERE a.state <> 'sleeping' AND b.team_id IS NULL;

-- name: free_team_with_accounts
-- A free team tracks one account at most.
SELECT t.id AS team_id, COUNT(*) AS accounts
  FROM team t JOIN tracked_account a ON a.team_id = t.id AND a.state <> 'sleeping'
 WHERE t.plan = 'free'
 GROUP BY t.id
HAVING COUNT(*) > 1;

-- name: two_keys_one_stream
-- One Idempotency-Key makes one stream, and no other key shares it.
SELECT stream_id, COUNT(*) AS idempotency_keys
  FROM idempotency_key
 WHERE stream_id IS NOT NULL
 GROUP BY stream_id
HAVING COUNT(*) > 1;

-- name: key_without_stream
-- A key that says "there is a stream" is right, and the stream is its own team's. So is a stored
-- answer that says so.
SELECT k.team_id, HEX(k.idempotency_key) AS idempotency_key, k.state, k.status, k.stream_id
  FROM idempotency_key k
  LEFT JOIN stream s ON s.team_id = k.team_id AND s.id = k.stream_id
 WHERE s.id IS NULL
   AND (k.state = 'reserved' OR (k.state = 'finished' AND k.status BETWEEN 200 AND 299));

-- name: created_answer_pending_stream
-- A stored 201 speaks of an active stream; while one waits for Stripe the answer is 202.
SELECT k.team_id, k.stream_id, k.status
  FROM idempotency_key k JOIN stream s ON s.team_id = k.team_id AND s.id = k.stream_id
 WHERE k.state = 'finished' AND k.status = 201 AND s.status = 'pending';

-- name: refused_key_with_stream
-- A stored refusal has left no stream behind.
SELECT k.team_id, k.stream_id, k.status
  FROM idempotency_key k JOIN stream s ON s.team_id = k.team_id AND s.id = k.stream_id
 WHERE k.state = 'finished' AND k.status >= 400;

-- name: key_without_team
-- Orphans: the one table with team data that has no foreign key on the way to its team. (All others
-- have one. A segment that no stream uses is no orphan: it may be named by a later create.)
SELECT k.team_id, COUNT(*) AS idempotency_keys
  FROM idempotency_key k LEFT JOIN team t ON t.id = k.team_id
 WHERE t.id IS NULL
 GROUP BY k.team_id;

-- name: label_without_own_name
-- The canonical name of a label is among the spellings that find it.
SELECT l.id AS label_id, l.category, l.name
  FROM label l
  LEFT JOIN label_alias a ON a.category = l.category AND a.label_id = l.id
       AND a.alias = l.name COLLATE utf8mb4_uca1400_nopad_ai_ci
 WHERE a.label_id IS NULL;

-- name: alias_in_other_category
-- A spelling leads to a label of its own category.
SELECT a.category, a.alias, a.label_id
  FROM label_alias a JOIN label l ON l.id = a.label_id
 WHERE l.category <> a.category;
