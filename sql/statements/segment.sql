-- name: segment_find
-- By primary key, for a request that names accounts by handle only.
SELECT id, name, description
  FROM segment FORCE INDEX (PRIMARY)
 WHERE team_id = ? AND id = ? AND archived_at IS NULL;

-- name: segment_add
-- Before any account is locked: the foreign key to the team takes a shared lock on its row.
INSERT INTO segment (team_id, name, description, gender_values, follower_count_tiers, created_at)
VALUES (?, ?, ?, ?, ?, ?) RETURNING id;

-- name: segment_add_label
-- The labels' foreign keys take shared locks that nobody contends for.
INSERT INTO segment_label (segment_id, label_id) VALUES {(?, ?)};

-- name: segment_remove
-- A segment that the refused create made and that no stream uses.
DELETE FROM segment WHERE team_id = ? AND id = ?
   AND NOT EXISTS (SELECT 1 FROM stream
                    WHERE stream.team_id = segment.team_id AND stream.segment_id = segment.id);
