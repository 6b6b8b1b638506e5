#include <ctype.h>
#include <string.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "base/text.h"
#include "store/label_category.h"

#define NAME_BYTES_MAX 40
#define TITLE_LENGTH_MAX 100

static const struct output_column list_columns[] = {
    {.member = "category", .title = "CATEGORY"},
    {.member = "title", .title = "TITLE"},
    {.member = "labels", .title = "LABELS"},
};

static const struct output_column show_columns[] = {
    {.member = "category", .title = "category"},
    {.member = "title", .title = "title"},
    {.member = "labels", .title = "labels"},
};

static enum err category_run_list(struct session *session, struct errmsg *msg)
{
    struct label_category *categories;
    struct output output;
    size_t count;
    enum err err = session_open(session, DB_SERVICE, msg);

    if (err == ERR_OK)
        err = label_category_list(session->db, session->arena, &categories, &count, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, list_columns, HW_COUNT(list_columns));
    for (size_t i = 0; i < count; i++) {
        output_add_text(&output, categories[i].name);
        output_add_text(&output, categories[i].title);
        output_add_int(&output, categories[i].label_count);
    }
    output_write_list(&output, "categories", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static bool name_is_fine(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t len = strlen(name);

    return islower((unsigned char)name[0]) && len <= NAME_BYTES_MAX && strspn(name, allowed) == len;
}

static enum err category_read(const struct session *session, struct label_category *category,
                              struct errmsg *msg)
{
    const char *title = session->options->text[OPTION_TITLE];

    category->name = session->options->words[2];
    if (!name_is_fine(category->name))
        return errmsg_set(msg, ERR_USAGE,
                          "The category must be 1 to %d small letters, digits and \"_\", a letter "
                          "first, such as job_role.",
                          NAME_BYTES_MAX);
    if (!text_is_utf8(title, strlen(title)))
        return errmsg_set(msg, ERR_USAGE, "--title must be UTF-8.");
    category->title = text_collapse(session->arena, title);
    if (category->title[0] == '\0' || text_length(category->title) > TITLE_LENGTH_MAX)
        return errmsg_set(msg, ERR_USAGE, "--title must have 1 to %d characters.",
                          TITLE_LENGTH_MAX);
    return ERR_OK;
}

static enum err category_run_create(struct session *session, struct errmsg *msg)
{
    struct label_category category = {0};
    struct output output;
    enum err err = category_read(session, &category, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = label_category_add(session->db, session->arena, &category, msg);
    if (err == ERR_DB_DUPLICATE)
        return errmsg_set(msg, err, "There is a category %s already.", category.name);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, show_columns, HW_COUNT(show_columns));
    output_add_text(&output, category.name);
    output_add_text(&output, category.title);
    output_add_int(&output, 0);
    output_write_one(&output, "category", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const struct command commands[] = {
    {"category", "list", NULL, 0, 0, "List the categories of labels.", category_run_list},
    {"category", "create", "CATEGORY", OPTION_BIT(OPTION_TITLE), 0,
     "Add a category of labels, by the name that requests use, with a title for people.",
     category_run_create},
};

const struct command_list category_commands = {commands, HW_COUNT(commands)};
