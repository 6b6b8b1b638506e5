-- name: user_add
-- By the operator's command. The e-mail address is unique.
INSERT INTO user (team_id, name, email, timezone, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id;

-- name: user_find
-- By primary key; for the operator's command.
SELECT id, team_id, name, email, timezone FROM user WHERE id = ?;

-- name: user_list
-- The users of a team: index user_team.
SELECT id, team_id, name, email, timezone FROM user WHERE team_id = ? ORDER BY id;

-- name: user_set
-- By primary key; null leaves a column as it is. The e-mail address is unique.
UPDATE user SET name = COALESCE(?, name), email = COALESCE(?, email),
       timezone = COALESCE(?, timezone)
 WHERE team_id = ? AND id = ?;
