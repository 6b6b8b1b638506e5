-- name: label_find
-- Which of the asked labels the catalogue knows. The parameter is JSON,
-- {"labels": [[category, label], ...]};
-- ord counts from 1. Primary key of label_alias, under its collation.
SELECT asked.ord, l.id
  FROM JSON_TABLE(?, '$.labels[*]' COLUMNS (
         ord FOR ORDINALITY,
         category VARCHAR(40) CHARACTER SET utf8mb4 PATH '$[0]',
         label VARCHAR(400) CHARACTER SET utf8mb4 PATH '$[1]')) asked
  STRAIGHT_JOIN label_alias a
     ON a.category = CONVERT(asked.category USING ascii) COLLATE ascii_bin
    AND a.alias = asked.label COLLATE utf8mb4_uca1400_nopad_ai_ci
  STRAIGHT_JOIN label l ON l.id = a.label_id;

-- name: label_list_spellings
-- All spellings of a category, for suggestions; read only when a label is an orphan.
SELECT a.alias, l.name FROM label_alias a JOIN label l ON l.id = a.label_id
 WHERE a.category = CONVERT(? USING ascii) COLLATE ascii_bin;

-- name: label_list
-- The labels of a category, or of all, with the other spellings that find them, for the operator.
SELECT l.id, l.category, l.name, COALESCE((
         SELECT JSON_ARRAYAGG(a.alias ORDER BY a.alias) FROM label_alias a
          WHERE a.label_id = l.id AND a.alias <> l.name COLLATE utf8mb4_uca1400_nopad_ai_ci), '[]')
  FROM label l WHERE ? IS NULL OR l.category = CONVERT(? USING ascii) COLLATE ascii_bin
 ORDER BY l.category, l.name;

-- name: label_get
-- One label as label_list has it, by primary key.
SELECT l.id, l.category, l.name, COALESCE((
         SELECT JSON_ARRAYAGG(a.alias ORDER BY a.alias) FROM label_alias a
          WHERE a.label_id = l.id AND a.alias <> l.name COLLATE utf8mb4_uca1400_nopad_ai_ci), '[]')
  FROM label l WHERE l.id = ?;

-- name: label_lock
-- Before its spellings change, so that two operators take turns.
SELECT category, name FROM label WHERE id = ? FOR UPDATE;

-- name: label_add
-- Its own name must become a spelling of it in the same transaction, or nothing finds it.
INSERT INTO label (category, name)
VALUES (CONVERT(? USING ascii) COLLATE ascii_bin, ?) RETURNING id;

-- name: label_set_name
-- The canonical spelling, which is answered from now on for streams that exist too. By primary key.
UPDATE label SET name = ? WHERE id = ?;
