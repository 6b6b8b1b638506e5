#include "rule/pair_input.h"

#include "base/arena.h"
#include "rule/field.h"
#include "rule/handle.h"
#include "rule/problem.h"
#include "rule/segment_input.h"
#include "rule/stream_input.h"
#include "rule/stream_reading.h"

static void pair_read_account_id(const struct field *field, void *target)
{
    struct pair_input *pair = target;

    (void)field_read_id(field, &pair->account_id);
}

static void pair_read_handle(const struct field *field, void *target)
{
    struct pair_input *pair = target;
    const char *text;

    if (!field_read_text(field, &text))
        return;
    pair->handle = handle_read(field->problems->arena, text);
    if (pair->handle == NULL)
        problem_add(field->problems, field->pointer, "pattern",
                    "must be 1 to %d letters, digits or underscores", HANDLE_LEN_MAX);
}

static void pair_read_tier(const struct field *field, void *target)
{
    const char *texts[TIER__MAX] = {NULL};
    struct pair_input *pair = target;
    unsigned index;

    for (unsigned tier = TIER_STARTER; tier < TIER__MAX; tier++)
        texts[tier] = tier_text((enum tier)tier);
    if (!field_read_choice(field, texts, TIER__MAX, &index))
        return;
    pair->tier = (enum tier)index;
    pair->tier_given = true;
}

static void pair_read_segment_id(const struct field *field, void *target)
{
    struct pair_input *pair = target;

    (void)field_read_id(field, &pair->segment_id);
}

static void pair_read_segment(const struct field *field, void *target)
{
    struct pair_input *pair = target;

    pair->segment = arena_alloc(field->problems->arena, sizeof *pair->segment);
    segment_input_read(field->value, field->pointer, field->problems, pair->segment);
}

static const struct field_rule rules[] = {
    {.name = "accountId", .read = pair_read_account_id},
    {.name = "accountHandle", .read = pair_read_handle},
    {.name = "accountTier", .read = pair_read_tier},
    {.name = "segmentId", .read = pair_read_segment_id},
    {.name = "segment", .read = pair_read_segment},
};

const struct field_table pair_input_fields = {rules, HW_COUNT(rules)};

static void pair_check_one_of(const struct field *pair, const char *first, const char *second)
{
    bool has_first = value_find(pair->value, first) != NULL;
    bool has_second = value_find(pair->value, second) != NULL;

    if (has_first && has_second)
        problem_add(pair->problems, pair->pointer, "conflict", "must have only one of %s and %s",
                    first, second);
    if (!has_first && !has_second)
        problem_add(pair->problems, pair->pointer, "required", "must have %s or %s", first, second);
}

static void pair_check_tier_place(const struct field *pair)
{
    if (value_find(pair->value, "accountTier") == NULL)
        return;
    if (value_find(pair->value, "accountId") == NULL ||
        value_find(pair->value, "accountHandle") != NULL)
        return;
    problem_add(pair->problems,
                problem_pointer(pair->problems->arena, pair->pointer, "accountTier"), "conflict",
                "is only allowed beside accountHandle");
}

static void pair_read(const struct field *field, struct pair_input *pair)
{
    pair->pointer = field->pointer;
    pair->tier = TIER_STARTER;
    if (!field_read_object(field, &pair_input_fields, pair))
        return;
    pair_check_one_of(field, "accountId", "accountHandle");
    pair_check_tier_place(field);
    pair_check_one_of(field, "segmentId", "segment");
}

/* The first of COUNT pairs that asks for a tier for this handle, or NULL. */
static const struct pair_input *pair_find_tier(const struct pair_input *pairs, size_t count,
                                               const char *handle)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i].tier_given && pairs[i].handle != NULL && handle_equal(pairs[i].handle, handle))
            return &pairs[i];
    return NULL;
}

static void pair_check_tier_conflict(const struct stream_input *input,
                                     struct problem_list *problems)
{
    for (size_t i = 1; i < input->pair_count; i++) {
        const struct pair_input *pair = &input->pairs[i];
        const struct pair_input *first;

        if (!pair->tier_given || pair->handle == NULL)
            continue;
        first = pair_find_tier(input->pairs, i, pair->handle);
        if (first != NULL && first->tier != pair->tier)
            problem_add(problems, problem_pointer(problems->arena, pair->pointer, "accountTier"),
                        "conflict", "must not differ from %s/accountTier: it is the same account",
                        first->pointer);
    }
}

void pair_input_read_list(const struct field *field, void *reading)
{
    struct stream_input *input = ((struct stream_reading *)reading)->input;

    if (!field_check_array(field, 1, STREAM_PAIR_MAX))
        return;
    input->pairs = arena_array(field->problems->arena, field->value->count, sizeof *input->pairs);
    input->pair_count = field->value->count;
    for (size_t i = 0; i < input->pair_count; i++) {
        struct field item = field_item(field, i);

        pair_read(&item, &input->pairs[i]);
    }
    pair_check_tier_conflict(input, field->problems);
}
