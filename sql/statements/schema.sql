-- name: schema_find_table
-- Whether this database has a table of that name which we may read.
SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?;

-- name: schema_list_odd_tables
-- Tables that are not what the migrations made: another engine, another default for text.
SELECT table_name, COALESCE(engine, 'none'), table_collation FROM information_schema.tables
 WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
   AND (engine IS NULL OR engine <> 'InnoDB' OR table_collation <> 'utf8mb4_nopad_bin')
 ORDER BY table_name;

-- name: schema_list_odd_columns
-- Columns of text whose collation is not the one that the migrations gave them; most have the
-- table's, the others are named here.
SELECT c.table_name, c.column_name, c.column_type, c.collation_name, c.wanted,
       SUBSTRING_INDEX(c.wanted, '_', 1), c.is_nullable = 'YES'
  FROM (SELECT table_name, column_name, column_type, collation_name, is_nullable,
               CASE WHEN column_name = 'email' THEN 'ascii_general_ci'
                    WHEN column_name = 'handle' THEN 'ascii_general_nopad_ci'
                    WHEN column_name = 'alias' THEN 'utf8mb4_uca1400_nopad_ai_ci'
                    WHEN column_name IN ('stripe_subscription_id', 'timezone', 'public_id',
                        'category', 'display_handle', 'webhook_url', 'csv_to', 'csv_cc',
                        'stripe_item_id', 'attempt_key') THEN 'ascii_bin'
                    ELSE 'utf8mb4_nopad_bin' END AS wanted
          FROM information_schema.columns
         WHERE table_schema = DATABASE() AND collation_name IS NOT NULL) AS c
 WHERE c.collation_name <> c.wanted
 ORDER BY c.table_name, c.column_name;

-- name: schema_get_isolation
-- The isolation level of this session; all locking is built for READ COMMITTED.
SELECT @@tx_isolation;

-- name: schema_list_grants
-- What this session's user may do, on which tables, whether that covers this database, and whether
-- the user may pass it on. A database's name in a grant is a pattern.
SELECT g.privilege_type, g.scope, g.is_ours, g.is_grantable = 'YES'
  FROM (SELECT grantee, privilege_type, '*.*' AS scope, 1 AS is_ours, is_grantable
          FROM information_schema.user_privileges
         UNION ALL
        SELECT grantee, privilege_type, CONCAT(table_schema, '.*'), DATABASE() LIKE table_schema,
               is_grantable
          FROM information_schema.schema_privileges
         UNION ALL
        SELECT grantee, privilege_type, CONCAT(table_schema, '.', table_name),
               DATABASE() = table_schema, is_grantable
          FROM information_schema.table_privileges) AS g
 WHERE g.privilege_type <> 'USAGE'
   AND g.grantee = CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@',
                          QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))
 ORDER BY g.scope, g.privilege_type;

-- name: schema_get_place
-- Where the server keeps its data, on which host, and from where it sees us come.
SELECT @@datadir, @@hostname, SUBSTRING_INDEX(USER(), '@', -1);

-- name: schema_get_time
-- The server's clock.
SELECT UTC_TIMESTAMP(6);
