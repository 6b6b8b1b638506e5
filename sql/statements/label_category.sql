-- name: label_category_list
-- All categories, with the number of their labels.
SELECT c.category, c.title, COUNT(l.id)
  FROM label_category c LEFT JOIN label l ON l.category = c.category
 GROUP BY c.category, c.title ORDER BY c.category;

-- name: label_category_add
-- By the operator's command; the name is its key.
INSERT INTO label_category (category, title) VALUES (?, ?);
