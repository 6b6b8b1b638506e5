-- An item that takes the place of another has a quantity that nobody has read yet.

ALTER TABLE billing
  -- What Stripe has confirmed last; null while it is not known what Stripe has.
  MODIFY applied_quantity INT UNSIGNED NULL DEFAULT 0;
