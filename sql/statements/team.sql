-- name: team_add
-- By the operator's command. The subscription is unique.
INSERT INTO team (name, plan, subscription_status, stripe_subscription_id, created_at)
VALUES (?, ?, ?, ?, ?) RETURNING id;

-- name: team_find
-- By primary key; for the operator's command.
SELECT id, name, plan, subscription_status, stripe_subscription_id, created_at
  FROM team WHERE id = ?;

-- name: team_find_by_subscription
-- Whose subscription an event is about; by the unique key team_subscription.
SELECT id FROM team WHERE stripe_subscription_id = ?;

-- name: team_set_status
-- One row by primary key, locked for this statement alone. The guard lets in what is news: Stripe
-- sends an event more than once and in any order, and dates it to the second. Within one second
-- only an event that goes on from the stored status is known to be the later one. Nothing follows
-- the end of a subscription, once Stripe itself has reported it; so that is news whenever it comes.
UPDATE team SET subscription_status = ?, subscription_event_at = ?
 WHERE id = ? AND stripe_subscription_id = ?
   AND (subscription_event_at IS NULL
        OR (subscription_status NOT IN ('canceled', 'incomplete_expired')
            AND (? IN ('canceled', 'incomplete_expired') OR subscription_event_at < ?
                 OR (subscription_event_at = ? AND (? OR subscription_status = ?)))));

-- name: team_lock
-- The first lock of a transaction that may change what a team is billed for or how many accounts it
-- tracks: from here on nobody else adds or wakes an account of the team.
SELECT plan = 'free', plan = 'free' OR subscription_status IN ('active', 'trialing')
  FROM team WHERE id = ? FOR UPDATE;

-- name: team_list
-- A page of all teams, by primary key; for the operator's command.
SELECT id, name, plan, subscription_status, stripe_subscription_id, created_at
  FROM team WHERE id > ? ORDER BY id LIMIT ?;

-- name: team_set_name
-- By primary key; nothing depends on it.
UPDATE team SET name = ? WHERE id = ?;

-- name: team_set_plan
-- Behind the team's lock. A free team begins to pay, or a paid one gets another subscription or
-- status from the operator, which gives way to any event.
UPDATE team SET plan = 'paid', stripe_subscription_id = ?, subscription_status = ?,
       subscription_event_at = NULL
 WHERE id = ?;
