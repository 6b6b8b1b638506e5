#include "store/label.h"

#include <inttypes.h>
#include <string.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "base/arena.h"
#include "base/text.h"
#include "flow/label_edit.h"

#define LABEL_LENGTH_MAX 100

#define CHANGE_OPTIONS                                                                             \
    (OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_ALIAS) | OPTION_BIT(OPTION_NO_ALIAS))

static const struct output_column list_columns[] = {
    {.member = "id", .title = "LABEL"},
    {.member = "category", .title = "CATEGORY"},
    {.member = "name", .title = "NAME"},
    {.member = "aliases", .title = "ALIASES"},
};

static const struct output_column show_columns[] = {
    {.member = "id", .title = "label"},
    {.member = "category", .title = "category"},
    {.member = "name", .title = "name"},
    {.member = "aliases", .title = "aliases"},
};

static void label_add_cells(struct output *output, const struct label *label)
{
    output_add_int(output, label->id);
    output_add_text(output, label->category);
    output_add_text(output, label->name);
    output_add_texts(output, label->aliases, label->alias_count);
}

static enum err label_write(struct session *session, int64_t id, struct errmsg *msg)
{
    struct label label;
    struct output output;
    enum err err = label_get(session->db, session->arena, id, &label, msg);

    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, err,
                          "There is no label %" PRId64 "; `headwater label list` shows all.", id);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, show_columns, HW_COUNT(show_columns));
    label_add_cells(&output, &label);
    output_write_one(&output, "label", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static enum err label_run_list(struct session *session, struct errmsg *msg)
{
    const char *category = session->options->text[OPTION_CATEGORY];
    struct label *labels;
    struct output output;
    size_t count;
    enum err err = session_open(session, DB_SERVICE, msg);

    if (err == ERR_OK && category != NULL)
        err = label_edit_require_category(session->db, session->arena, category, msg);
    if (err == ERR_OK)
        err = label_list(session->db, session->arena, category, &labels, &count, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, list_columns, HW_COUNT(list_columns));
    for (size_t i = 0; i < count; i++)
        label_add_cells(&output, &labels[i]);
    output_write_list(&output, "labels", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static enum err label_run_show(struct session *session, struct errmsg *msg)
{
    int64_t id;
    enum err err = options_get_id_word(session->options, &id, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    return err == ERR_OK ? label_write(session, id, msg) : err;
}

/* A spelling as requests are read: trimmed, its inner white space collapsed. */
static enum err spelling_read(struct arena *arena, const char *option, const char *text,
                              const char **ret_spelling, struct errmsg *msg)
{
    const char *spelling;

    if (!text_is_utf8(text, strlen(text)) || text_has_control(text))
        return errmsg_set(msg, ERR_USAGE, "--%s must be UTF-8 without control characters.", option);
    spelling = text_collapse(arena, text);
    if (spelling[0] == '\0' || text_length(spelling) > LABEL_LENGTH_MAX)
        return errmsg_set(msg, ERR_USAGE, "--%s must have 1 to %d characters.", option,
                          LABEL_LENGTH_MAX);
    *ret_spelling = spelling;
    return ERR_OK;
}

static enum err spellings_read(struct arena *arena, const char *option,
                               const struct option_list *list, const char *const **ret_spellings,
                               size_t *ret_count, struct errmsg *msg)
{
    const char **spellings = arena_array(arena, list->count, sizeof *spellings);
    enum err err = ERR_OK;

    for (size_t i = 0; i < list->count && err == ERR_OK; i++)
        err = spelling_read(arena, option, list->texts[i], &spellings[i], msg);
    *ret_spellings = spellings;
    *ret_count = list->count;
    return err;
}

static enum err edit_read(const struct session *session, struct label_edit *edit,
                          struct errmsg *msg)
{
    const struct options *options = session->options;
    enum err err = ERR_OK;

    if (options_has(options, OPTION_NAME))
        err = spelling_read(session->arena, "name", options->text[OPTION_NAME], &edit->name, msg);
    if (err == ERR_OK)
        err = spellings_read(session->arena, "alias", &options->aliases, &edit->added,
                             &edit->added_count, msg);
    if (err == ERR_OK)
        err = spellings_read(session->arena, "no-alias", &options->no_aliases, &edit->removed,
                             &edit->removed_count, msg);
    return err;
}

static enum err label_run_create(struct session *session, struct errmsg *msg)
{
    struct label_edit edit = {.category = session->options->text[OPTION_CATEGORY]};
    enum err err = edit_read(session, &edit, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = label_edit_create(session->db, session->arena, &edit, msg);
    return err == ERR_OK ? label_write(session, edit.id, msg) : err;
}

static enum err label_run_set(struct session *session, struct errmsg *msg)
{
    struct label_edit edit = {0};
    enum err err = options_get_id_word(session->options, &edit.id, msg);

    if (err == ERR_OK)
        err = options_require_any(session->options, CHANGE_OPTIONS, msg);
    if (err == ERR_OK)
        err = edit_read(session, &edit, msg);
    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = label_edit_set(session->db, session->arena, &edit, msg);
    return err == ERR_OK ? label_write(session, edit.id, msg) : err;
}

static const struct command commands[] = {
    {"label", "list", NULL, 0, OPTION_BIT(OPTION_CATEGORY),
     "List the labels that requests may use, of a category or of all, with their aliases.",
     label_run_list},
    {"label", "show", "ID", 0, 0, "Show a label.", label_run_show},
    {"label", "create", NULL, OPTION_BIT(OPTION_CATEGORY) | OPTION_BIT(OPTION_NAME),
     OPTION_BIT(OPTION_ALIAS),
     "Add a label to a category, with aliases that find it too; --alias may be repeated. Letter\n"
     "      case, accents and spacing do not count, so that they need no aliases.",
     label_run_create},
    {"label", "set", "ID", 0, CHANGE_OPTIONS,
     "Add aliases, rename the label, and take aliases away, in this order; --alias and\n"
     "      --no-alias may be repeated. The former name stays an alias. Streams that use the\n"
     "      label show its name as it is now.",
     label_run_set},
};

const struct command_list label_commands = {commands, HW_COUNT(commands)};
