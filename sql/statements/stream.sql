-- name: stream_add
-- Behind the accounts' locks. Its foreign key shares the segment's row, not the team's.
INSERT INTO stream (team_id, segment_id, run_id, name, status, billing_version, segment_created,
  pair_count, timezone, auto_enrich_linkedin, auto_enrich_email, email_mode,
  email_digest_override, telegram_override, delivery_destination, webhook_url, csv_to, csv_cc,
  csv_format, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id;

-- name: stream_add_slot
-- At least one; 96 at most.
INSERT INTO stream_slot (stream_id, slot) VALUES {(?, ?)};

-- name: stream_find
-- One stream of the team with its slots, by primary key.
SELECT id, segment_id, name, status, billing_version, is_active, is_archived, segment_created,
       pair_count, timezone, auto_enrich_linkedin, auto_enrich_email, email_mode,
       email_digest_override, telegram_override, delivery_destination, webhook_url, csv_to,
       csv_cc, csv_format, created_at,
       (SELECT GROUP_CONCAT(slot ORDER BY slot) FROM stream_slot WHERE stream_id = stream.id)
  FROM stream WHERE team_id = ? AND id = ?;

-- name: stream_find_by_run
-- Did my COMMIT take place?
SELECT id FROM stream WHERE team_id = ? AND run_id = ?;

-- name: stream_set_active
-- By primary key; matches one that is active already, but none that has been taken out.
UPDATE stream SET status = 'active' WHERE team_id = ? AND id = ?;

-- name: stream_count_pending
-- How many of a team wait, among the few that do: index stream_waiting.
SELECT COUNT(*) FROM stream FORCE INDEX (stream_waiting) WHERE status = 'pending' AND team_id = ?;

-- name: stream_list_pending
-- Streams of all teams that have waited for so long, oldest first: index stream_waiting. The teams
-- take turns, so that one whose streams cannot be finished does not stand before the others.
SELECT team_id, id
  FROM (SELECT team_id, id, created_at,
               ROW_NUMBER() OVER (PARTITION BY team_id ORDER BY created_at, id) AS turn
          FROM stream WHERE status = 'pending' AND created_at < ?) AS waiting
 ORDER BY turn, created_at, id LIMIT ?;

-- name: stream_lock
-- The stream's state before it is finished or taken out.
SELECT status, segment_id, segment_created FROM stream WHERE team_id = ? AND id = ? FOR UPDATE;

-- name: stream_remove
-- Its pairs and slots go with it.
DELETE FROM stream WHERE team_id = ? AND id = ?;

-- name: stream_list
-- A page of a team's streams, for the operator: index stream_team.
SELECT id, team_id, name, status, is_active, is_archived, pair_count, created_at
  FROM stream WHERE team_id = ? AND id > ? ORDER BY id LIMIT ?;

-- name: stream_list_all
-- The same of all teams, by primary key.
SELECT id, team_id, name, status, is_active, is_archived, pair_count, created_at
  FROM stream WHERE id > ? ORDER BY id LIMIT ?;

-- name: stream_find_team
-- Whose a stream is: the operator names it by its id alone.
SELECT team_id FROM stream WHERE id = ?;

-- name: stream_count_by_state
-- A team's streams, for the operator: all, those that wait for Stripe, those that are archived.
SELECT COUNT(*), CAST(COALESCE(SUM(status = 'pending'), 0) AS SIGNED),
       CAST(COALESCE(SUM(is_archived), 0) AS SIGNED)
  FROM stream WHERE team_id = ?;
