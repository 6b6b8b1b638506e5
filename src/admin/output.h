/*
 * What a command answers: rows with named cells, written as JSON for programs or as aligned text
 * for people. A command adds its cells row by row and does not care which it will be.
 */
#ifndef HW_ADMIN_OUTPUT_H
#define HW_ADMIN_OUTPUT_H

#include "base/base.h"

struct arena;
struct errmsg;
struct output_cell;

struct output_column {
    const char *member; /* the name in JSON */
    const char *title;  /* the name for people */
    const char *yes;    /* what people read for true and false; NULL = "yes" and "no" */
    const char *no;
};

struct output {
    struct arena *arena;
    const struct output_column *columns;
    size_t column_count;
    struct output_cell *cells; /* row by row */
    size_t cell_count;
    size_t room;
};

/* An empty answer; COLUMNS must outlive it. */
void output_init(struct output *output, struct arena *arena, const struct output_column *columns,
                 size_t column_count);

/* Adds the next cell. Texts must outlive OUTPUT; NULL is null. A time is in microseconds since 1970
 * and written by RFC 3339; 0 is null. */
void output_add_text(struct output *output, const char *text);
void output_add_int(struct output *output, int64_t number);
void output_add_count(struct output *output, int64_t count); /* below 0: not known, null */
void output_add_bool(struct output *output, bool boolean);
void output_add_time(struct output *output, int64_t instant_us);

/* Adds a list of texts as the next cell: an array in JSON, divided by commas for people. The array
 * must outlive OUTPUT too. */
void output_add_texts(struct output *output, const char *const *texts, size_t count);

/* Writes all rows to standard output: {"NAME":[{...},...]}, or a table with a heading. */
void output_write_list(const struct output *output, const char *name, bool json);

/* The same of a page of a list, of which more follows behind the id NEXT (0 = no more):
 * {"NAME":[{...},...],"next":NEXT or null}; people are told on standard error. */
void output_write_page(const struct output *output, const char *name, int64_t next, bool json);

/* Writes the only row to standard output: {"NAME":{...}}, or a line for each cell. */
void output_write_one(const struct output *output, const char *name, bool json);

/* Rows that belong to a record. */
struct output_section {
    const char *member; /* the name in JSON */
    const char *title;  /* the heading for people */
    const struct output *rows;
};

/* Writes the only row of RECORD to standard output with what belongs to it: {"NAME":{...,"MEMBER":
 * [{...},...]}}, or a line for each cell and a table for each section. */
void output_write_show(const struct output *record, const char *name,
                       const struct output_section *sections, size_t count, bool json);

/* Writes a failure: the sentence to standard error, with JSON also {"error":{"message":...}} to
 * standard output. */
void output_write_failure(struct arena *arena, const struct errmsg *msg, bool json);

#endif
