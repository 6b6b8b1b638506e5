-- name: team_add
-- By the operator's command. The subscription is unique.
INSERT INTO team (name, plan, subscription_status, stripe_subscription_id, created_at)
VALUES (?, ?, ?, ?, ?) RETURNING id;

-- name: team_find
-- By primary key; for the operator's command.
SELECT id, name, plan, subscription_status, stripe_subscription_id FROM team WHERE id = ?;

-- name: team_lock
-- The first lock of a transaction that may change what a team is billed for or how many accounts it
-- tracks: from here on nobody else adds or wakes an account of the team.
SELECT plan = 'free', plan = 'free' OR subscription_status IN ('active', 'trialing')
  FROM team WHERE id = ? FOR UPDATE;
