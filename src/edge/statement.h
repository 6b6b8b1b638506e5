/*
 * The SQL statements by name. Their text stands in sql/statements and nowhere else; the build makes
 * the enum (edge/statement_names.h) and the table from it, so a misspelt name does not compile.
 *
 * A group in braces, "{?}" or "{(?, ?)}", is repeated, separated by commas, once for each item of a
 * list that the caller gives.
 */
#ifndef HW_EDGE_STATEMENT_H
#define HW_EDGE_STATEMENT_H

#include "edge/statement_names.h"

struct statement {
    const char *name;
    const char *text;
};

extern const struct statement statements[STATEMENT__MAX];

#endif
