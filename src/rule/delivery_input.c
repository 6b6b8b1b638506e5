#include "rule/delivery_input.h"

#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "rule/email_address.h"
#include "rule/field.h"
#include "rule/problem.h"
#include "rule/stream_choice.h"
#include "rule/stream_reading.h"
#include "rule/webhook_url.h"

#define ADDRESS_COUNT_MAX 10

void delivery_input_read_destination(const struct field *field, void *reading)
{
    struct stream_input *input = ((struct stream_reading *)reading)->input;
    unsigned index;

    if (field_read_choice(field, delivery_texts, DELIVERY__MAX, &index))
        input->delivery = (enum delivery)index;
}

void delivery_input_read_webhook(const struct field *field, void *reading)
{
    struct stream_reading *r = reading;
    const char *text;
    const char *fault;

    if (!field_read_text(field, &text))
        return;
    if (field->value->len > WEBHOOK_URL_BYTES_MAX) {
        problem_add(field->problems, field->pointer, "max_length", "must have at most %d bytes",
                    WEBHOOK_URL_BYTES_MAX);
        return;
    }
    fault = webhook_url_check(r->env, field->problems->arena, text);
    if (fault != NULL)
        problem_add(field->problems, field->pointer, "url", "%s", fault);
    else
        r->input->webhook_url = text;
}

/* An address of a list with its place. */
struct address {
    const char *text;
    const char *pointer;
    size_t index;
};

static bool address_read(const struct field *field, struct address *ret_address)
{
    const char *text;

    if (!field_read_text(field, &text))
        return false;
    if (!email_address_check(text)) {
        problem_add(field->problems, field->pointer, "email", "must be an e-mail address");
        return false;
    }
    ret_address->text = text;
    ret_address->pointer = field->pointer;
    return true;
}

static int address_compare(const void *left, const void *right)
{
    const struct address *a = left;
    const struct address *b = right;
    int order = strcasecmp(a->text, b->text);

    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Sorts them, for a list may be as long as the body allows. */
static void address_check_unique(struct address *addresses, size_t count,
                                 struct problem_list *problems)
{
    qsort(addresses, count, sizeof *addresses, address_compare);
    for (size_t i = 1; i < count; i++)
        if (strcasecmp(addresses[i].text, addresses[i - 1].text) == 0)
            problem_add(problems, addresses[i].pointer, "unique", "must not be given twice");
}

static bool addresses_check_kind(const struct field *field)
{
    if (field->value->kind == VALUE_TEXT || field->value->kind == VALUE_ARRAY)
        return true;
    problem_add(field->problems, field->pointer, "type",
                "must be an e-mail address or an array of them");
    return false;
}

/* One address or an array of them. */
static void addresses_read(const struct field *field, const char ***ret_texts, size_t *ret_count)
{
    struct arena *arena = field->problems->arena;
    bool single = field->value->kind == VALUE_TEXT;
    size_t item_count = single ? 1 : field->value->count;
    struct address *addresses = arena_array(arena, item_count, sizeof *addresses);
    const char **texts = arena_array(arena, item_count, sizeof(char *));
    size_t count = 0;

    if (!addresses_check_kind(field) ||
        (!single && !field_check_array(field, 1, ADDRESS_COUNT_MAX)))
        return;
    for (size_t i = 0; i < item_count; i++) {
        struct field item = single ? *field : field_item(field, i);

        if (!address_read(&item, &addresses[count]))
            continue;
        addresses[count].index = i;
        texts[count] = addresses[count].text;
        count++;
    }
    address_check_unique(addresses, count, field->problems);
    *ret_texts = texts;
    *ret_count = count;
}

static void csv_read_to(const struct field *field, void *target)
{
    struct csv_recipients *csv = target;

    addresses_read(field, &csv->to, &csv->to_count);
}

static void csv_read_cc(const struct field *field, void *target)
{
    struct csv_recipients *csv = target;

    addresses_read(field, &csv->cc, &csv->cc_count);
}

static void csv_read_format(const struct field *field, void *target)
{
    struct csv_recipients *csv = target;
    unsigned index;

    if (field_read_choice(field, csv_format_texts, CSV__MAX, &index))
        csv->format = (enum csv_format)index;
}

static const struct field_rule csv_rules[] = {
    {.name = "to", .required = true, .read = csv_read_to},
    {.name = "cc", .read = csv_read_cc},
    {.name = "format", .read = csv_read_format},
};

const struct field_table csv_recipients_fields = {csv_rules, HW_COUNT(csv_rules)};

void delivery_input_read_csv(const struct field *field, void *reading)
{
    struct stream_input *input = ((struct stream_reading *)reading)->input;
    struct csv_recipients *csv = arena_alloc(field->problems->arena, sizeof *csv);

    if (field_read_object(field, &csv_recipients_fields, csv))
        input->csv = csv;
}
