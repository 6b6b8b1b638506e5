#include "admin/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "edge/json_write.h"

enum cell_kind { CELL_TEXT, CELL_INT, CELL_BOOL, CELL_TEXTS };

struct output_cell {
    enum cell_kind kind;
    const char *text;
    int64_t number;           /* CELL_TEXTS: how many */
    const char *const *texts; /* CELL_TEXTS */
};

void output_init(struct output *output, struct arena *arena, const struct output_column *columns,
                 size_t column_count)
{
    *output = (struct output){.arena = arena, .columns = columns, .column_count = column_count};
}

static void cell_add(struct output *output, struct output_cell cell)
{
    if (output->cell_count == output->room) {
        size_t room = output->room == 0 ? 64 : output->room * 2;
        struct output_cell *cells = arena_array(output->arena, room, sizeof *cells);

        if (output->cell_count > 0)
            memcpy(cells, output->cells, output->cell_count * sizeof *cells);
        output->cells = cells;
        output->room = room;
    }
    output->cells[output->cell_count++] = cell;
}

void output_add_text(struct output *output, const char *text)
{
    cell_add(output, (struct output_cell){.kind = CELL_TEXT, .text = text});
}

void output_add_int(struct output *output, int64_t number)
{
    cell_add(output, (struct output_cell){.kind = CELL_INT, .number = number});
}

void output_add_count(struct output *output, int64_t count)
{
    if (count < 0)
        output_add_text(output, NULL);
    else
        output_add_int(output, count);
}

void output_add_bool(struct output *output, bool boolean)
{
    cell_add(output, (struct output_cell){.kind = CELL_BOOL, .number = boolean});
}

void output_add_time(struct output *output, int64_t instant_us)
{
    char text[CLOCK_RFC3339_BYTES];

    if (instant_us == 0) {
        output_add_text(output, NULL);
        return;
    }
    clock_write_rfc3339(instant_us, text);
    output_add_text(output, arena_text(output->arena, text, strlen(text)));
}

void output_add_texts(struct output *output, const char *const *texts, size_t count)
{
    cell_add(output,
             (struct output_cell){.kind = CELL_TEXTS, .number = (int64_t)count, .texts = texts});
}

static size_t row_count(const struct output *output)
{
    return output->cell_count / output->column_count;
}

static const struct output_cell *cell_get(const struct output *output, size_t row, size_t column)
{
    return &output->cells[row * output->column_count + column];
}

/* ---- for programs ---- */

static void texts_write_json(const struct output_cell *cell, struct json_node *array)
{
    for (int64_t i = 0; i < cell->number; i++)
        json_node_push_text(array, cell->texts[i]);
}

static void row_write_json(const struct output *output, size_t row, struct json_node *object)
{
    for (size_t i = 0; i < output->column_count; i++) {
        const struct output_cell *cell = cell_get(output, row, i);
        const char *member = output->columns[i].member;

        if (cell->kind == CELL_INT)
            json_node_add_int(object, member, cell->number);
        else if (cell->kind == CELL_BOOL)
            json_node_add_bool(object, member, cell->number != 0);
        else if (cell->kind == CELL_TEXTS)
            texts_write_json(cell, json_node_add_array(object, member));
        else
            json_node_add_text(object, member, cell->text);
    }
}

static void rows_write_json(const struct output *output, struct json_node *array)
{
    for (size_t row = 0; row < row_count(output); row++)
        row_write_json(output, row, json_node_push_object(array));
}

static void root_print(struct arena *arena, const struct json_node *root)
{
    struct buf text;

    buf_init(&text, arena);
    json_node_write(root, &text);
    puts(text.text);
}

/* ---- for people ---- */

static const char *texts_join(struct arena *arena, const struct output_cell *cell)
{
    struct buf joined;

    buf_init(&joined, arena);
    for (int64_t i = 0; i < cell->number; i++)
        buf_printf(&joined, "%s%s", i == 0 ? "" : ", ", cell->texts[i]);
    return joined.len == 0 ? "-" : joined.text;
}

static const char *cell_text(const struct output *output, size_t row, size_t column)
{
    const struct output_cell *cell = cell_get(output, row, column);
    const struct output_column *about = &output->columns[column];

    switch (cell->kind) {
    case CELL_INT:
        return arena_printf(output->arena, "%" PRId64, cell->number);
    case CELL_BOOL:
        if (cell->number != 0)
            return about->yes == NULL ? "yes" : about->yes;
        return about->no == NULL ? "no" : about->no;
    case CELL_TEXTS:
        return texts_join(output->arena, cell);
    default:
        return cell->text == NULL ? "-" : cell->text;
    }
}

static size_t column_length(const struct output *output, size_t column)
{
    size_t longest = text_length(output->columns[column].title);

    for (size_t row = 0; row < row_count(output); row++) {
        size_t length = text_length(cell_text(output, row, column));

        longest = length > longest ? length : longest;
    }
    return longest;
}

/* Text in a column of that length; nothing is padded at a line's end. */
static void column_print(const char *text, size_t length, bool is_last)
{
    fputs(text, stdout);
    if (is_last)
        putchar('\n');
    else
        printf("%*s", (int)(length - text_length(text) + 2), "");
}

static void table_print(const struct output *output)
{
    size_t last = output->column_count - 1;
    size_t *lengths = arena_array(output->arena, output->column_count, sizeof *lengths);

    for (size_t i = 0; i <= last; i++) {
        lengths[i] = column_length(output, i);
        column_print(output->columns[i].title, lengths[i], i == last);
    }
    for (size_t row = 0; row < row_count(output); row++)
        for (size_t i = 0; i <= last; i++)
            column_print(cell_text(output, row, i), lengths[i], i == last);
}

static void record_print(const struct output *output)
{
    size_t longest = 0;

    for (size_t i = 0; i < output->column_count; i++) {
        size_t length = text_length(output->columns[i].title);

        longest = length > longest ? length : longest;
    }
    for (size_t i = 0; i < output->column_count; i++) {
        column_print(output->columns[i].title, longest, false);
        column_print(cell_text(output, 0, i), 0, true);
    }
}

static void section_print(const struct output_section *section)
{
    printf("\n%s%s\n", section->title, row_count(section->rows) == 0 ? ": none" : ":");
    if (row_count(section->rows) > 0)
        table_print(section->rows);
}

void output_write_list(const struct output *output, const char *name, bool json)
{
    struct json_node *root;

    if (!json) {
        table_print(output);
        return;
    }
    root = json_node_new(output->arena);
    rows_write_json(output, json_node_add_array(root, name));
    root_print(output->arena, root);
}

void output_write_page(const struct output *output, const char *name, int64_t next, bool json)
{
    struct json_node *root;

    if (!json) {
        table_print(output);
        fflush(stdout);
        if (next != 0)
            fprintf(stderr, "headwater: there is more: --after %" PRId64 "\n", next);
        return;
    }
    root = json_node_new(output->arena);
    rows_write_json(output, json_node_add_array(root, name));
    if (next == 0)
        json_node_add_text(root, "next", NULL);
    else
        json_node_add_int(root, "next", next);
    root_print(output->arena, root);
}

void output_write_one(const struct output *output, const char *name, bool json)
{
    struct json_node *root;

    if (!json) {
        record_print(output);
        return;
    }
    root = json_node_new(output->arena);
    row_write_json(output, 0, json_node_add_object(root, name));
    root_print(output->arena, root);
}

void output_write_show(const struct output *record, const char *name,
                       const struct output_section *sections, size_t count, bool json)
{
    struct json_node *root, *object;

    if (!json) {
        record_print(record);
        for (size_t i = 0; i < count; i++)
            section_print(&sections[i]);
        return;
    }
    root = json_node_new(record->arena);
    object = json_node_add_object(root, name);
    row_write_json(record, 0, object);
    for (size_t i = 0; i < count; i++)
        rows_write_json(sections[i].rows, json_node_add_array(object, sections[i].member));
    root_print(record->arena, root);
}

void output_write_failure(struct arena *arena, const struct errmsg *msg, bool json)
{
    struct json_node *root;

    fprintf(stderr, "headwater: %s\n", msg->text);
    if (!json)
        return;
    root = json_node_new(arena);
    json_node_add_text(json_node_add_object(root, "error"), "message",
                       text_is_utf8(msg->text, strlen(msg->text)) ? msg->text
                                                                  : "It failed; see the log.");
    root_print(arena, root);
}
