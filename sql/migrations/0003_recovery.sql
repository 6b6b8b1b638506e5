-- What recovery needs to remember: sql/README.md, "Billing" and "Recovery".

-- Stripe's time of the newest event that set the subscription's status; null while none has.
ALTER TABLE team
  ADD COLUMN IF NOT EXISTS subscription_event_at DATETIME(6) NULL AFTER stripe_subscription_id;

-- Stripe allows a subscription 200 changes of a quantity in an hour: new attempts are paced.
ALTER TABLE billing
  -- When the newest attempt was made, kept after it has ended; null while there was none.
  ADD COLUMN IF NOT EXISTS last_attempt_at DATETIME(6) NULL AFTER attempt_at,
  -- The hour in which attempts are counted, and how many have been made in it.
  ADD COLUMN IF NOT EXISTS pace_started_at DATETIME(6) NULL AFTER last_attempt_at,
  ADD COLUMN IF NOT EXISTS pace_attempts INT UNSIGNED NOT NULL DEFAULT 0 AFTER pace_started_at,
  -- When Stripe's own quantity was last read and compared; null while it never was.
  ADD COLUMN IF NOT EXISTS audited_at DATETIME(6) NULL AFTER lease_until;

-- Streams that wait, oldest first.
ALTER TABLE stream ADD INDEX IF NOT EXISTS stream_waiting (status, created_at);

-- Items whose turn it is to be audited.
ALTER TABLE billing ADD INDEX IF NOT EXISTS billing_audit (audited_at);

-- Old keys, by what they are: most of the others are finished, and are kept for days.
ALTER TABLE idempotency_key
  ADD INDEX IF NOT EXISTS idempotency_key_sweep (state, locked_until),
  DROP INDEX IF EXISTS idempotency_key_age;
