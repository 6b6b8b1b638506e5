-- The tables of Headwater. Money, locks and names are explained in sql/README.md.
-- Text compares byte for byte (utf8mb4_nopad_bin) unless a column says otherwise. Times are UTC.

CREATE TABLE IF NOT EXISTS team (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(200) NOT NULL,
  plan ENUM('free', 'paid') NOT NULL,
  -- Stripe's word for it; null for a free team.
  subscription_status ENUM('active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete',
                           'incomplete_expired', 'canceled') NULL,
  stripe_subscription_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY team_subscription (stripe_subscription_id),
  CONSTRAINT team_paid_has_subscription CHECK (
    plan = 'free' OR (subscription_status IS NOT NULL AND stripe_subscription_id IS NOT NULL))
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS user (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  team_id BIGINT UNSIGNED NOT NULL,
  name VARCHAR(200) NOT NULL,
  email VARCHAR(254) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  -- IANA name; null means UTC.
  timezone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY user_team (team_id, id),
  UNIQUE KEY user_email (email),
  CONSTRAINT user_of_team FOREIGN KEY (team_id) REFERENCES team (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS api_key (
  -- The part of the key that may be shown and logged.
  public_id CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- SHA-256 of the whole key; the key itself is stored nowhere.
  key_hash BINARY(32) NOT NULL,
  team_id BIGINT UNSIGNED NOT NULL,
  user_id BIGINT UNSIGNED NOT NULL,
  name VARCHAR(200) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  -- Kept to the minute, not to the request.
  last_used_at DATETIME(6) NULL,
  revoked_at DATETIME(6) NULL,
  PRIMARY KEY (public_id),
  KEY api_key_user (team_id, user_id),
  CONSTRAINT api_key_of_user FOREIGN KEY (team_id, user_id) REFERENCES user (team_id, id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What a tier of a tracked account allows. An operator may change the caps.
CREATE TABLE IF NOT EXISTS tier (
  tier ENUM('free', 'starter', 'growth', 'pro') NOT NULL,
  -- How many automated streams may use one account.
  stream_cap SMALLINT UNSIGNED NOT NULL,
  PRIMARY KEY (tier),
  CONSTRAINT tier_cap_is_sane CHECK (stream_cap BETWEEN 1 AND 1000)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

INSERT INTO tier (tier, stream_cap) VALUES ('free', 1), ('starter', 3), ('growth', 10), ('pro', 25)
  ON DUPLICATE KEY UPDATE tier = tier.tier;

CREATE TABLE IF NOT EXISTS label_category (
  category VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title VARCHAR(100) NOT NULL,
  PRIMARY KEY (category)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS label (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  category VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The canonical spelling.
  name VARCHAR(100) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY label_name (category, name),
  CONSTRAINT label_of_category FOREIGN KEY (category) REFERENCES label_category (category)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- All spellings that find a label, its canonical one among them. The collation ignores case and
-- accents; the program trims and collapses white space before it asks.
CREATE TABLE IF NOT EXISTS label_alias (
  category VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  alias VARCHAR(100) COLLATE utf8mb4_uca1400_nopad_ai_ci NOT NULL,
  label_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (category, alias),
  KEY label_alias_label (label_id),
  CONSTRAINT label_alias_of_category FOREIGN KEY (category) REFERENCES label_category (category),
  CONSTRAINT label_alias_of_label FOREIGN KEY (label_id) REFERENCES label (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What the look-up of a handle said last: a cache of public data, shared by all teams.
CREATE TABLE IF NOT EXISTS x_profile (
  handle VARCHAR(15) CHARACTER SET ascii COLLATE ascii_general_nopad_ci NOT NULL,
  x_user_id BIGINT UNSIGNED NOT NULL,
  -- The handle in X's own letter case.
  display_handle VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_protected BOOLEAN NOT NULL,
  fetched_at DATETIME(6) NOT NULL,
  PRIMARY KEY (handle)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS tracked_account (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  team_id BIGINT UNSIGNED NOT NULL,
  -- The identity; handles change hands.
  x_user_id BIGINT UNSIGNED NOT NULL,
  handle VARCHAR(20) CHARACTER SET ascii COLLATE ascii_general_nopad_ci NOT NULL,
  tier ENUM('free', 'starter', 'growth', 'pro') NOT NULL,
  -- pending: counted in Stripe's quantity from now on, not yet confirmed. sleeping: not billed.
  state ENUM('pending', 'active', 'sleeping') NOT NULL,
  -- How many automated streams use it. Only the statements account_take_stream and
  -- account_free_stream change it.
  automated_streams SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  -- When it first became active; null while it never was.
  activated_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY tracked_account_team (team_id, id),
  UNIQUE KEY tracked_account_x_user (team_id, x_user_id),
  KEY tracked_account_handle (team_id, handle),
  KEY tracked_account_billable (state, team_id, tier),
  CONSTRAINT tracked_account_of_team FOREIGN KEY (team_id) REFERENCES team (id),
  CONSTRAINT tracked_account_tier FOREIGN KEY (tier) REFERENCES tier (tier),
  CONSTRAINT tracked_account_streams_are_sane CHECK (automated_streams <= 1000),
  CONSTRAINT tracked_account_was_activated CHECK (state = 'pending' OR activated_at IS NOT NULL)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS segment (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  team_id BIGINT UNSIGNED NOT NULL,
  name VARCHAR(200) NULL,
  description VARCHAR(2000) NOT NULL,
  gender_values SET('female', 'male', 'nonbinary', 'unknown') NOT NULL,
  follower_count_tiers
    SET('under_1k', '1k_to_10k', '10k_to_100k', '100k_to_1m', 'over_1m') NOT NULL,
  archived_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY segment_team (team_id, id),
  CONSTRAINT segment_of_team FOREIGN KEY (team_id) REFERENCES team (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS segment_label (
  segment_id BIGINT UNSIGNED NOT NULL,
  label_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (segment_id, label_id),
  KEY segment_label_label (label_id),
  CONSTRAINT segment_label_of_segment FOREIGN KEY (segment_id) REFERENCES segment (id)
    ON DELETE CASCADE,
  CONSTRAINT segment_label_of_label FOREIGN KEY (label_id) REFERENCES label (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- A stream has no foreign key to its team but one to its team's segment: a lock on the team row at
-- that point would break the lock order.
CREATE TABLE IF NOT EXISTS stream (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  team_id BIGINT UNSIGNED NOT NULL,
  segment_id BIGINT UNSIGNED NOT NULL,
  -- Drawn by the run that created it: how that run finds out whether its COMMIT took place.
  run_id BINARY(16) NOT NULL,
  name VARCHAR(255) NOT NULL,
  -- pending: waits until Stripe has applied billing_version.
  status ENUM('pending', 'active') NOT NULL,
  billing_version BIGINT UNSIGNED NOT NULL,
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  is_archived BOOLEAN NOT NULL DEFAULT FALSE,
  -- True if the create call made the segment too.
  segment_created BOOLEAN NOT NULL,
  -- Of its pairs; a stream with fewer is half a stream.
  pair_count TINYINT UNSIGNED NOT NULL,
  timezone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  auto_enrich_linkedin BOOLEAN NOT NULL,
  auto_enrich_email BOOLEAN NOT NULL,
  email_mode ENUM('verified', 'any') NOT NULL,
  -- Null means the team's setting, here and below.
  email_digest_override ENUM('after_every_sync', 'daily', 'weekly', 'off') NULL,
  telegram_override BOOLEAN NULL,
  delivery_destination ENUM('leads_only', 'leads_plus_webhook') NOT NULL,
  webhook_url VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- Addresses separated by spaces; null without CSV mail.
  csv_to TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
  csv_cc TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
  csv_format ENUM('standard', 'excel') NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY stream_team (team_id, id),
  UNIQUE KEY stream_run (run_id),
  KEY stream_segment (team_id, segment_id),
  CONSTRAINT stream_of_segment FOREIGN KEY (team_id, segment_id) REFERENCES segment (team_id, id),
  CONSTRAINT stream_has_pairs CHECK (pair_count BETWEEN 1 AND 50),
  CONSTRAINT stream_webhook_has_url CHECK (
    delivery_destination = 'leads_only' OR webhook_url IS NOT NULL),
  CONSTRAINT stream_archived_is_idle CHECK (NOT (is_archived AND is_active))
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- A tracked account in a stream. The segment is the stream's: a stream has exactly one.
CREATE TABLE IF NOT EXISTS pair (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  team_id BIGINT UNSIGNED NOT NULL,
  stream_id BIGINT UNSIGNED NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  -- What the create call found: an account tracked already, one new to the team, one asleep.
  account_origin ENUM('known', 'new', 'woken') NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY pair_once (team_id, stream_id, account_id),
  KEY pair_account (team_id, account_id),
  CONSTRAINT pair_of_stream FOREIGN KEY (team_id, stream_id) REFERENCES stream (team_id, id)
    ON DELETE CASCADE,
  CONSTRAINT pair_of_account FOREIGN KEY (team_id, account_id)
    REFERENCES tracked_account (team_id, id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The quarter-hours of the day at which a stream is due, in its zone: 0 is 00:00, 95 is 23:45.
CREATE TABLE IF NOT EXISTS stream_slot (
  stream_id BIGINT UNSIGNED NOT NULL,
  slot TINYINT UNSIGNED NOT NULL,
  PRIMARY KEY (stream_id, slot),
  CONSTRAINT stream_slot_of_stream FOREIGN KEY (stream_id) REFERENCES stream (id) ON DELETE CASCADE,
  CONSTRAINT stream_slot_is_quarter_hour CHECK (slot < 96)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What Stripe is told of a team's accounts of one tier: a quantity, never an increment.
CREATE TABLE IF NOT EXISTS billing (
  team_id BIGINT UNSIGNED NOT NULL,
  tier ENUM('starter', 'growth', 'pro') NOT NULL,
  stripe_item_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Raised by every change of the billable set; versions grow over all tiers of a team together.
  desired_version BIGINT UNSIGNED NOT NULL DEFAULT 0,
  -- What Stripe has confirmed.
  applied_version BIGINT UNSIGNED NOT NULL DEFAULT 0,
  applied_quantity INT UNSIGNED NOT NULL DEFAULT 0,
  -- The one write under way. It is kept until Stripe's answer to this very key is definite.
  attempt_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  attempt_version BIGINT UNSIGNED NULL,
  attempt_quantity INT UNSIGNED NULL,
  attempt_at DATETIME(6) NULL,
  -- Who may talk to Stripe about this row, and until when. An optimisation, not the fence.
  lease_owner BINARY(16) NULL,
  lease_until DATETIME(6) NULL,
  PRIMARY KEY (team_id, tier),
  UNIQUE KEY billing_item (stripe_item_id),
  CONSTRAINT billing_of_team FOREIGN KEY (team_id) REFERENCES team (id),
  CONSTRAINT billing_applied_was_desired CHECK (applied_version <= desired_version),
  CONSTRAINT billing_attempt_is_whole CHECK (
    (attempt_key IS NULL) = (attempt_version IS NULL) AND
    (attempt_key IS NULL) = (attempt_quantity IS NULL) AND
    (attempt_key IS NULL) = (attempt_at IS NULL))
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Idempotency-Key of a team. No foreign key: claiming must not wait for a lock on the team.
CREATE TABLE IF NOT EXISTS idempotency_key (
  team_id BIGINT UNSIGNED NOT NULL,
  idempotency_key VARBINARY(255) NOT NULL,
  -- SHA-256 of the body as canonical JSON.
  request_hash BINARY(32) NOT NULL,
  -- The run that holds the key; a later run takes over when locked_until has passed.
  owner BINARY(16) NOT NULL,
  locked_until DATETIME(6) NOT NULL,
  -- started: nothing is stored yet. reserved: the stream exists. finished: the answer is below.
  state ENUM('started', 'reserved', 'finished') NOT NULL,
  stream_id BIGINT UNSIGNED NULL,
  status SMALLINT UNSIGNED NULL,
  body MEDIUMBLOB NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (team_id, idempotency_key),
  KEY idempotency_key_age (created_at),
  KEY idempotency_key_stream (stream_id),
  CONSTRAINT idempotency_key_finished_has_answer CHECK (
    (state = 'finished') = (status IS NOT NULL) AND (state = 'finished') = (body IS NOT NULL)),
  CONSTRAINT idempotency_key_reserved_has_stream CHECK (
    state <> 'reserved' OR stream_id IS NOT NULL)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
