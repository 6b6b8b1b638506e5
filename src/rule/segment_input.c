#include "rule/segment_input.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "rule/field.h"
#include "rule/problem.h"

#define DESCRIPTION_LEN_MAX 2000
#define NAME_LEN_MAX 200
#define CATEGORY_COUNT_MAX 12
#define CATEGORY_LEN_MAX 40
#define LABEL_COUNT_MAX 50 /* in one category */
#define LABEL_LEN_MAX 100

static const char *const gender_texts[GENDER__MAX] = {"female", "male", "nonbinary", "unknown"};
static const char *const follower_tier_texts[FOLLOWER__MAX] = {
    "under_1k", "1k_to_10k", "10k_to_100k", "100k_to_1m", "over_1m"};

const char *gender_text(enum gender gender)
{
    return gender_texts[gender];
}

const char *follower_tier_text(enum follower_tier tier)
{
    return follower_tier_texts[tier];
}

static void segment_read_description(const struct field *field, void *target)
{
    struct segment_input *segment = target;
    const char *text;

    if (field_read_text(field, &text) && field_check_length(field, text, DESCRIPTION_LEN_MAX) &&
        field_check_not_blank(field, text))
        segment->description = text;
}

static void segment_read_name(const struct field *field, void *target)
{
    struct segment_input *segment = target;
    const char *text;

    if (field_read_text(field, &text) && field_check_length(field, text, NAME_LEN_MAX) &&
        field_check_no_control(field, text) && field_check_not_blank(field, text))
        segment->name = text;
}

static void segment_read_genders(const struct field *field, void *target)
{
    struct segment_input *segment = target;

    (void)field_read_choices(field, gender_texts, GENDER__MAX, &segment->gender_values);
}

static void segment_read_follower_tiers(const struct field *field, void *target)
{
    struct segment_input *segment = target;

    (void)field_read_choices(field, follower_tier_texts, FOLLOWER__MAX,
                             &segment->follower_count_tiers);
}

static void label_read(const struct field *field, const char *category,
                       struct segment_input *segment)
{
    const char *text;

    if (!field_read_text(field, &text) || !field_check_length(field, text, LABEL_LEN_MAX) ||
        !field_check_not_blank(field, text))
        return;
    segment->labels[segment->label_count++] = (struct label_input){
        .pointer = field->pointer,
        .category = category,
        .label = text,
        .folded = text_collapse(field->problems->arena, text),
    };
}

static bool category_check_name(const struct field *field)
{
    size_t length = text_length(field->value->name);

    if (length >= 1 && length <= CATEGORY_LEN_MAX)
        return true;
    problem_add(field->problems, field->pointer, length == 0 ? "min_length" : "max_length",
                "must have a name of 1 to %d characters", CATEGORY_LEN_MAX);
    return false;
}

static void category_read(const struct field *field, struct segment_input *segment)
{
    const char *category = field->value->name;

    if (!category_check_name(field) || !field_check_array(field, 1, LABEL_COUNT_MAX))
        return;
    for (size_t i = 0; i < field->value->count; i++) {
        struct field item = field_item(field, i);

        label_read(&item, category, segment);
    }
}

static void segment_read_filters(const struct field *field, void *target)
{
    struct segment_input *segment = target;
    size_t category_count = 0;
    size_t label_count = 0;

    if (!field_check_kind(field, VALUE_OBJECT))
        return;
    for (size_t i = 0; i < field->value->count; i++) {
        category_count += field->value->items[i].kind != VALUE_NULL;
        label_count += field->value->items[i].count;
    }
    if (category_count > CATEGORY_COUNT_MAX)
        problem_add(field->problems, field->pointer, "max_items", "must have at most %d categories",
                    CATEGORY_COUNT_MAX);
    segment->labels = arena_array(field->problems->arena, label_count, sizeof *segment->labels);
    for (size_t i = 0; i < field->value->count; i++) {
        struct field member = field_member(field, &field->value->items[i]);

        if (member.value->kind != VALUE_NULL)
            category_read(&member, segment);
    }
}

static const struct field_rule rules[] = {
    {.name = "description", .required = true, .read = segment_read_description},
    {.name = "name", .read = segment_read_name},
    {.name = "genderValues", .read = segment_read_genders},
    {.name = "appliedSearchFilters", .read = segment_read_filters},
    {.name = "followerCountTiers", .read = segment_read_follower_tiers},
};

const struct field_table segment_input_fields = {rules, HW_COUNT(rules)};

void segment_input_read(const struct value *object, const char *pointer,
                        struct problem_list *problems, struct segment_input *ret_segment)
{
    struct field field = {.value = object, .pointer = pointer, .problems = problems};

    memset(ret_segment, 0, sizeof *ret_segment);
    (void)field_read_object(&field, &segment_input_fields, ret_segment);
}

static bool label_equal(const struct label_input *a, const struct label_input *b)
{
    if (a->label_id != 0 && b->label_id != 0)
        return a->label_id == b->label_id;
    return strcmp(a->category, b->category) == 0 && strcasecmp(a->folded, b->folded) == 0;
}

/* True if each label of A is among those of B. */
static bool labels_within(const struct segment_input *a, const struct segment_input *b)
{
    for (size_t i = 0; i < a->label_count; i++) {
        size_t j = 0;

        while (j < b->label_count && !label_equal(&a->labels[i], &b->labels[j]))
            j++;
        if (j == b->label_count)
            return false;
    }
    return true;
}

static bool names_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

bool segment_input_equal(const struct segment_input *a, const struct segment_input *b)
{
    return strcmp(a->description, b->description) == 0 && names_equal(a->name, b->name) &&
           a->gender_values == b->gender_values &&
           a->follower_count_tiers == b->follower_count_tiers && labels_within(a, b) &&
           labels_within(b, a);
}
