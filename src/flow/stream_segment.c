#include "flow/stream_segment.h"

#include <string.h>

#include "base/arena.h"
#include "flow/flow.h"
#include "flow/stream_create.h"
#include "rule/orphan.h"
#include "rule/segment_input.h"
#include "store/label.h"

/* All labels of all inline segments, on the arena. */
static struct label_input **collect_labels(struct stream_create *create, size_t *ret_count)
{
    const struct stream_input *input = create->input;
    struct label_input **labels;
    size_t count = 0;

    for (size_t i = 0; i < input->pair_count; i++)
        if (input->pairs[i].segment != NULL)
            count += input->pairs[i].segment->label_count;
    labels = arena_array(create->arena, count, sizeof *labels);
    count = 0;
    for (size_t i = 0; i < input->pair_count; i++) {
        struct segment_input *segment = input->pairs[i].segment;

        for (size_t j = 0; segment != NULL && j < segment->label_count; j++)
            labels[count++] = &segment->labels[j];
    }
    *ret_count = count;
    return labels;
}

static bool is_same_segment(const struct pair_input *a, const struct pair_input *b)
{
    if (a->segment == NULL || b->segment == NULL)
        return a->segment == b->segment && a->segment_id == b->segment_id;
    return segment_input_equal(a->segment, b->segment);
}

static enum err check_one_segment(struct stream_create *create, struct errmsg *msg)
{
    const struct stream_input *input = create->input;

    for (size_t i = 1; i < input->pair_count; i++)
        if (!is_same_segment(&input->pairs[0], &input->pairs[i]))
            problem_add(&create->problems, input->pairs[i].pointer, "segment",
                        "must have the same segment as /pairs/0");
    if (create->problems.count > 0)
        return errmsg_set(msg, ERR_STREAM_MULTI_SEGMENT, "the pairs name more than one segment");
    return ERR_OK;
}

/* The spellings of a category, read once for all its orphans. */
struct spellings {
    const char *category;
    struct label_name *names;
    size_t count;
    struct spellings *next;
};

static enum err find_spellings(struct stream_create *create, struct spellings **known,
                               const char *category, struct spellings **ret_spellings,
                               struct errmsg *msg)
{
    struct spellings *spellings;
    enum err err;

    for (spellings = *known; spellings != NULL; spellings = spellings->next) {
        *ret_spellings = spellings;
        if (strcmp(spellings->category, category) == 0)
            return ERR_OK;
    }
    spellings = arena_alloc(create->arena, sizeof *spellings);
    spellings->category = category;
    spellings->next = *known;
    err = label_list_spellings(create->flow->db, create->arena, category, &spellings->names,
                               &spellings->count, msg);
    if (err != ERR_OK)
        return err;
    *known = spellings;
    *ret_spellings = spellings;
    return ERR_OK;
}

/* Copies the suggestions of an earlier orphan of the same text: pairs repeat their segment. */
static bool copy_suggestions(const struct stream_create *create, struct orphan *orphan)
{
    for (const struct orphan *old = create->orphans; old < orphan; old++) {
        if (strcmp(old->category, orphan->category) != 0 || strcmp(old->label, orphan->label) != 0)
            continue;
        memcpy(orphan->suggestions, old->suggestions, sizeof orphan->suggestions);
        orphan->suggestion_count = old->suggestion_count;
        return true;
    }
    return false;
}

static void add_orphan(struct stream_create *create, const struct label_input *label,
                       const struct spellings *spellings)
{
    struct orphan *orphan = &create->orphans[create->orphan_count];

    *orphan = (struct orphan){
        .pointer = label->pointer, .category = label->category, .label = label->label};
    if (!copy_suggestions(create, orphan))
        orphan->suggestion_count =
            label_suggest(label->folded, spellings->names, spellings->count, orphan->suggestions);
    problem_add(&create->problems, label->pointer, spellings->count == 0 ? "category" : "label",
                spellings->count == 0 ? "is in a category that the catalogue does not have"
                                      : "is not a label of this category");
    create->orphan_count++;
}

static enum err check_orphans(struct stream_create *create, struct label_input *const *labels,
                              size_t count, struct errmsg *msg)
{
    struct spellings *known = NULL;
    struct spellings *spellings;

    create->orphans = arena_array(create->arena, count, sizeof *create->orphans);
    for (size_t i = 0; i < count; i++) {
        enum err err;

        if (labels[i]->label_id != 0)
            continue;
        err = find_spellings(create, &known, labels[i]->category, &spellings, msg);
        if (err != ERR_OK)
            return err;
        add_orphan(create, labels[i], spellings);
    }
    if (create->orphan_count > 0)
        return errmsg_set(msg, ERR_ORPHAN_LABEL, "the catalogue does not know every label");
    return ERR_OK;
}

enum err stream_settle_segment(struct stream_create *create, struct errmsg *msg)
{
    const struct pair_input *first = &create->input->pairs[0];
    size_t count;
    struct label_input **labels = collect_labels(create, &count);
    enum err err = ERR_OK;

    if (count > 0)
        err = label_find(create->flow->db, create->arena, labels, count, msg);
    if (err == ERR_OK)
        err = check_one_segment(create, msg);
    if (err == ERR_OK)
        err = check_orphans(create, labels, count, msg);
    if (err != ERR_OK || first->segment == NULL)
        return err;
    create->segment_input = first->segment;
    create->segment.name = first->segment->name;
    create->segment.description = first->segment->description;
    return ERR_OK;
}
