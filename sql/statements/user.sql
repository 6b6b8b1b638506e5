-- name: user_add
INSERT INTO user (team_id, name, email, timezone, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id;

-- name: user_find
SELECT id, team_id, name, email, timezone FROM user WHERE id = ?;
