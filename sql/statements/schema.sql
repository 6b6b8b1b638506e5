-- name: schema_find_table
-- Whether this database has a table of that name which we may read.
SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?;

-- name: schema_list_odd_tables
-- Tables that are not what the migrations made: another engine, another default for text.
SELECT table_name, COALESCE(engine, 'none'), table_collation FROM information_schema.tables
 WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
   AND (engine IS NULL OR engine <> 'InnoDB' OR table_collation <> 'utf8mb4_nopad_bin')
 ORDER BY table_name;

-- name: schema_get_isolation
-- The isolation level of this session; all locking is built for READ COMMITTED.
SELECT @@tx_isolation;
