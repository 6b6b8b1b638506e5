-- name: billing_add
-- With its team, in one transaction of the operator's command.
INSERT INTO billing (team_id, tier, stripe_item_id) VALUES (?, ?, ?);

-- name: billing_list_tiers
-- The tiers a team can be billed for.
SELECT tier FROM billing WHERE team_id = ?;

-- name: billing_lock_team
-- All billing rows of a team, in tier order; behind the team's lock.
SELECT tier, desired_version FROM billing WHERE team_id = ? ORDER BY tier FOR UPDATE;

-- name: billing_raise
-- The billable set of these tiers changes with this transaction.
UPDATE billing SET desired_version = ? WHERE team_id = ? AND tier IN ({?});

-- name: billing_find
-- By primary key, without a lock: versions only grow, and the lease is taken by a guarded UPDATE.
SELECT stripe_item_id, desired_version, applied_version, applied_quantity, attempt_key,
       attempt_version, attempt_quantity, attempt_at, last_attempt_at
  FROM billing WHERE team_id = ? AND tier = ?;

-- name: billing_count_attempts
-- Of all tiers of a team, whose one subscription Stripe limits: attempts in the hours that run. By
-- primary key, without a lock: one more or less does no harm.
SELECT CAST(COALESCE(SUM(pace_attempts), 0) AS SIGNED)
  FROM billing WHERE team_id = ? AND pace_started_at > ?;

-- name: billing_list_unsettled
-- Rows of all teams that nobody is at: their wish is not confirmed or an attempt is open, no lease
-- holds, no account waits (its stream is recovered first), and the last attempt is a while ago.
SELECT b.team_id, b.tier, b.desired_version FROM billing b
 WHERE (b.applied_version < b.desired_version OR b.attempt_key IS NOT NULL)
   AND (b.lease_until IS NULL OR b.lease_until < ?)
   AND (b.attempt_key IS NOT NULL OR b.last_attempt_at IS NULL OR b.last_attempt_at < ?)
   AND NOT EXISTS (SELECT 1 FROM tracked_account a FORCE INDEX (tracked_account_billable)
                    WHERE a.state = 'pending' AND a.team_id = b.team_id
                      AND a.tier = CAST(b.tier AS CHAR))
 ORDER BY b.team_id, b.tier LIMIT ?;

-- name: billing_list_unaudited
-- Settled rows of all teams whose quantity at Stripe has been neither set nor read for so long, in
-- the order of the last reading: index billing_audit. What was never set is not ours to compare.
SELECT team_id, tier, desired_version FROM billing
 WHERE (audited_at IS NULL OR audited_at < ?) AND last_attempt_at < ?
   AND applied_version = desired_version AND applied_version > 0 AND attempt_key IS NULL
 ORDER BY audited_at LIMIT ?;

-- name: billing_set_audited
-- By primary key.
UPDATE billing SET audited_at = ? WHERE team_id = ? AND tier = ?;

-- name: billing_set_drifted
-- Behind the team's lock and its billing rows': Stripe has another quantity than it had confirmed,
-- so the right one has to be set again.
UPDATE billing SET applied_quantity = ?, desired_version = ?
 WHERE team_id = ? AND tier = ? AND attempt_key IS NULL;

-- name: billing_lock
-- Before the accounts are counted: who adds one has raised the version under this lock.
SELECT desired_version, applied_version, applied_quantity
  FROM billing WHERE team_id = ? AND tier = ? AND lease_owner = ? FOR UPDATE;

-- name: billing_set_confirmed
-- Stripe has the right number already: nothing is sent, the version counts as applied, and the
-- lease ends. The row is locked.
UPDATE billing SET applied_version = desired_version, lease_owner = NULL, lease_until = NULL
 WHERE team_id = ? AND tier = ? AND lease_owner = ? AND attempt_key IS NULL;

-- name: billing_take_lease
-- Takes the lease if it is free, run out, or ours.
UPDATE billing SET lease_owner = ?, lease_until = ?
 WHERE team_id = ? AND tier = ? AND (lease_until IS NULL OR lease_until < ? OR lease_owner = ?);

-- name: billing_release_lease
-- By primary key; matches nothing if the lease has passed to another.
UPDATE billing SET lease_owner = NULL, lease_until = NULL
 WHERE team_id = ? AND tier = ? AND lease_owner = ?;

-- name: billing_add_attempt
-- Written and committed before it is sent, and counted in its hour; an hour that is over starts
-- anew. Assignments run in this order: the count still sees the hour that was.
UPDATE billing SET attempt_key = ?, attempt_version = ?, attempt_quantity = ?, attempt_at = ?,
       last_attempt_at = attempt_at,
       pace_attempts = IF(pace_started_at > ?, pace_attempts, 0) + 1,
       pace_started_at = IF(pace_started_at > ?, pace_started_at, attempt_at)
 WHERE team_id = ? AND tier = ? AND lease_owner = ? AND attempt_key IS NULL;

-- name: billing_set_applied
-- Stripe confirmed this very attempt; lease and attempt end with it.
UPDATE billing SET applied_version = attempt_version, applied_quantity = attempt_quantity,
       attempt_key = NULL, attempt_version = NULL, attempt_quantity = NULL, attempt_at = NULL,
       lease_owner = NULL, lease_until = NULL
 WHERE team_id = ? AND tier = ? AND attempt_key = ?;

-- name: billing_remove_attempt
-- The attempt is known to have had no effect; lease ends with it.
UPDATE billing SET attempt_key = NULL, attempt_version = NULL, attempt_quantity = NULL,
       attempt_at = NULL, lease_owner = NULL, lease_until = NULL
 WHERE team_id = ? AND tier = ? AND attempt_key = ?;

-- name: billing_list
-- All rows of a team, in tier order, without a lock: for the operator, and behind the team's and
-- their own locks to see what is under way.
SELECT tier, stripe_item_id, desired_version, applied_version, applied_quantity,
       attempt_key IS NOT NULL, lease_until, last_attempt_at, audited_at
  FROM billing WHERE team_id = ? ORDER BY tier;

-- name: billing_set_item
-- Behind the team's lock and its billing rows': another Stripe item bills the tier, and its
-- quantity is not known, so the right one has to be set. No row: somebody talks to Stripe about it.
UPDATE billing SET stripe_item_id = ?, applied_quantity = NULL, desired_version = ?, audited_at = NULL
 WHERE team_id = ? AND tier = ? AND attempt_key IS NULL
   AND (lease_until IS NULL OR lease_until < ?);
