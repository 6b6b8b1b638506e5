-- name: reconciler_add_pass
-- The one row there is, by primary key; no other transaction of the service touches it. A pass that
-- broke off has no end, but has done what it did.
UPDATE reconciler
   SET pass_at = COALESCE(?, pass_at), pass_count = pass_count + ?,
       stream_finished_count = stream_finished_count + ?,
       stream_refused_count = stream_refused_count + ?,
       stream_failed_count = stream_failed_count + ?,
       tier_settled_count = tier_settled_count + ?,
       key_removed_count = key_removed_count + ?,
       item_audited_count = item_audited_count + ?,
       item_drifted_count = item_drifted_count + ?
 WHERE id = 1;

-- name: reconciler_get
-- The same row, and beside it the streams that wait, of all teams: index stream_waiting.
SELECT pass_at, pass_count, stream_finished_count, stream_refused_count, stream_failed_count,
       tier_settled_count, key_removed_count, item_audited_count, item_drifted_count,
       (SELECT COUNT(*) FROM stream FORCE INDEX (stream_waiting) WHERE status = 'pending'),
       (SELECT MIN(created_at) FROM stream FORCE INDEX (stream_waiting) WHERE status = 'pending')
  FROM reconciler WHERE id = 1;
