-- name: schema_migration_list
-- What has been applied, oldest first, and the isolation level of this session, which must be
-- READ COMMITTED. Asked on every new connection of the service (edge/db.c).
SELECT version, name, checksum, @@tx_isolation FROM schema_migration ORDER BY version;

-- name: schema_migration_init
-- The table of the migrations themselves, which no migration can make. For the owner's rights.
CREATE TABLE IF NOT EXISTS schema_migration (
  version INT UNSIGNED NOT NULL,
  name VARCHAR(100) NOT NULL,
  checksum BINARY(32) NOT NULL,
  applied_at DATETIME(6) NOT NULL,
  PRIMARY KEY (version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- name: schema_migration_list_applied
-- What has been applied, oldest first, to be held against the files.
SELECT version, name, checksum, applied_at FROM schema_migration ORDER BY version;

-- name: schema_migration_add
-- After the last statement of a migration.
INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (?, ?, ?, ?);
