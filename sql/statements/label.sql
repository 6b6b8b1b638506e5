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
