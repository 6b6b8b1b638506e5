-- What the reconcilers of this database have done, however they were run: for the health of the
-- service and its metrics.

CREATE TABLE IF NOT EXISTS reconciler (
  id TINYINT UNSIGNED NOT NULL,
  -- The end of the last pass that came through; null before the first.
  pass_at DATETIME(6) NULL,
  pass_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  -- The counts of all passes together: flow/reconcile_report.h says what of.
  stream_finished_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  stream_refused_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  stream_failed_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  tier_settled_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  key_removed_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  item_audited_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  item_drifted_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  CONSTRAINT reconciler_one_row CHECK (id = 1)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

INSERT INTO reconciler (id) VALUES (1) ON DUPLICATE KEY UPDATE id = id;
