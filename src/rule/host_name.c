#include "rule/host_name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LABEL_BYTES_MAX 63

static bool label_check(const char *label, size_t len)
{
    if (len < 1 || len > LABEL_BYTES_MAX || label[0] == '-' || label[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)label[i]) && label[i] != '-')
            return false;
    return true;
}

bool host_name_check(const char *name)
{
    const char *last = strrchr(name, '.');

    if (last == NULL || !isalpha((unsigned char)last[1]) || strlen(name) > HOST_NAME_BYTES_MAX)
        return false;
    for (const char *label = name;; label++) {
        size_t len = strcspn(label, ".");

        if (!label_check(label, len))
            return false;
        label += len;
        if (*label == '\0')
            return true;
    }
}

bool host_name_is_local(const char *name)
{
    static const char *const tops[] = {"localhost", "local", "internal"};
    const char *dot = strrchr(name, '.');
    const char *top = dot == NULL ? name : dot + 1;

    for (size_t i = 0; i < HW_COUNT(tops); i++)
        if (strcasecmp(top, tops[i]) == 0)
            return true;
    return false;
}
