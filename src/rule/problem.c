#include "rule/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

void problem_list_init(struct problem_list *list, struct arena *arena)
{
    memset(list, 0, sizeof *list);
    list->arena = arena;
}

static const char *message_format(struct arena *arena, const char *format, va_list args)
    HW_PRINTF(2, 0);

static const char *message_format(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    char *text;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0)
        abort();
    text = arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

static void append(struct problem_list *list, const struct problem *new_problem)
{
    struct problem *problem = arena_alloc(list->arena, sizeof *problem);

    *problem = *new_problem;
    if (list->last == NULL)
        list->first = problem;
    else
        list->last->next = problem;
    list->last = problem;
    list->count++;
}

void problem_add(struct problem_list *list, const char *pointer, const char *code,
                 const char *format, ...)
{
    struct problem problem = {.pointer = pointer, .code = code};
    va_list args;

    va_start(args, format);
    problem.message = message_format(list->arena, format, args);
    va_end(args);
    append(list, &problem);
}

void problem_add_parameter(struct problem_list *list, const char *parameter, const char *code,
                           const char *message)
{
    append(list, &(struct problem){.parameter = parameter, .code = code, .message = message});
}

const char *problem_place(const struct problem *problem)
{
    return problem->parameter != NULL ? problem->parameter : problem->pointer;
}

const char *problem_pointer(struct arena *arena, const char *pointer, const char *name)
{
    struct buf text;

    if (strpbrk(name, "~/") == NULL)
        return arena_printf(arena, "%s/%s", pointer, name);
    buf_init(&text, arena);
    buf_printf(&text, "%s/", pointer);
    for (; *name != '\0'; name++) {
        if (*name == '~')
            buf_add_text(&text, "~0");
        else if (*name == '/')
            buf_add_text(&text, "~1");
        else
            buf_add(&text, name, 1);
    }
    return text.text;
}

const char *problem_pointer_index(struct arena *arena, const char *pointer, size_t index)
{
    return arena_printf(arena, "%s/%zu", pointer, index);
}
