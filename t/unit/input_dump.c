/*
 * What the validator knows, for the test that holds docs/openapi.yaml against it. Without argument:
 * the fields of each object, one a line: object, field and "required" or "optional", divided by
 * tabs. With "-": reads bodies from standard input, one a line, and answers each with one line of
 * its faults, "POINTER CODE MESSAGE", divided by tabs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/value.h"
#include "base/zone.h"
#include "edge/http_url.h"
#include "edge/json_read.h"
#include "edge/tz.h"
#include "rule/delivery_input.h"
#include "rule/field.h"
#include "rule/pair_input.h"
#include "rule/problem.h"
#include "rule/segment_input.h"
#include "rule/stream_input.h"

static void dump_table(const char *object, const struct field_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        printf("%s\t%s\t%s\n", object, table->rules[i].name,
               table->rules[i].required ? "required" : "optional");
}

static void dump_tables(void)
{
    dump_table("stream", &stream_input_fields);
    dump_table("pair", &pair_input_fields);
    dump_table("segment", &segment_input_fields);
    dump_table("csvEmailRecipients", &csv_recipients_fields);
}

static bool check_body(const struct zone_list *zones, const char *text, size_t len)
{
    struct stream_input_env env = {.zones = zones, .url_split = http_url_split};
    struct arena *arena = arena_new();
    struct problem_list problems;
    struct stream_input input;
    struct errmsg msg = {""};
    struct value body;
    bool is_json = json_read(arena, text, len, &body, &msg) == ERR_OK;

    problem_list_init(&problems, arena);
    if (is_json)
        stream_input_read(&env, &body, &problems, &input);
    for (const struct problem *p = problems.first; p != NULL; p = p->next)
        printf("%s%s %s %s", p == problems.first ? "" : "\t", p->pointer, p->code, p->message);
    putchar('\n');
    arena_free(arena);
    return is_json;
}

static bool check_bodies(void)
{
    struct arena *arena = arena_new();
    struct zone_list zones;
    struct errmsg msg = {""};
    bool fine = tz_list_read(arena, "/usr/share/zoneinfo", &zones, &msg) == ERR_OK;
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    while (fine && (len = getline(&line, &size, stdin)) > 0)
        fine = check_body(&zones, line, (size_t)len);
    free(line);
    arena_free(arena);
    return fine;
}

int main(int argc, char **argv)
{
    bool fine = true;

    if (argc == 2 && strcmp(argv[1], "-") == 0)
        fine = check_bodies();
    else
        dump_tables();
    return !fine || ferror(stdout) || fclose(stdout) ? 1 : 0;
}
