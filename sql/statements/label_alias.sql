-- name: label_alias_add
-- A spelling that finds a label. Its primary key, under the collation that ignores case and
-- accents, refuses one that finds a label of the category already.
INSERT INTO label_alias (category, alias, label_id)
VALUES (CONVERT(? USING ascii) COLLATE ascii_bin, ?, ?);

-- name: label_alias_find
-- Which label of the category a spelling finds, under the collation of the primary key.
SELECT l.id, l.name, a.alias
  FROM label_alias a JOIN label l ON l.id = a.label_id
 WHERE a.category = CONVERT(? USING ascii) COLLATE ascii_bin
   AND a.alias = CONVERT(? USING utf8mb4) COLLATE utf8mb4_uca1400_nopad_ai_ci;

-- name: label_alias_remove
-- By primary key; only from its own label.
DELETE FROM label_alias
 WHERE category = CONVERT(? USING ascii) COLLATE ascii_bin
   AND alias = CONVERT(? USING utf8mb4) COLLATE utf8mb4_uca1400_nopad_ai_ci AND label_id = ?;
