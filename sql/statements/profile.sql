-- name: profile_find
-- Cached look-ups that are fresh enough, by primary key.
SELECT handle, x_user_id, display_handle, is_protected
  FROM x_profile WHERE fetched_at >= ? AND handle IN ({?});

-- name: profile_put
-- Remembers look-ups. The rows come sorted by handle, so that two runs lock them in one order.
INSERT INTO x_profile (handle, x_user_id, display_handle, is_protected, fetched_at)
VALUES {(?, ?, ?, ?, ?)}
ON DUPLICATE KEY UPDATE x_user_id = VALUES(x_user_id), display_handle = VALUES(display_handle),
  is_protected = VALUES(is_protected), fetched_at = VALUES(fetched_at);
