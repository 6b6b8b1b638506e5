#include "admin/host_user.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What root was before another took its place. */
static struct {
    bool is_left;
    gid_t gid;
    gid_t groups[HOST_USER_GROUPS_MAX];
    int group_count;
} own;

bool host_user_find(const char *name, struct host_user *ret_user)
{
    const struct passwd *entry = getpwnam(name);

    if (entry == NULL)
        return false;
    ret_user->name = name;
    ret_user->uid = entry->pw_uid;
    ret_user->gid = entry->pw_gid;
    ret_user->group_count = HOST_USER_GROUPS_MAX;
    if (getgrouplist(name, entry->pw_gid, ret_user->groups, &ret_user->group_count) < 0)
        ret_user->group_count = HOST_USER_GROUPS_MAX;
    return true;
}

bool host_user_is_member(const struct host_user *user, gid_t group)
{
    for (int i = 0; i < user->group_count; i++)
        if (user->groups[i] == group)
            return true;
    return false;
}

bool host_user_is_allowed(const struct host_user *user, const struct stat *status, mode_t bit)
{
    if (user->uid == 0)
        return true;
    if (user->uid == status->st_uid)
        return (status->st_mode & (bit << 6)) != 0;
    if (host_user_is_member(user, status->st_gid))
        return (status->st_mode & (bit << 3)) != 0;
    return (status->st_mode & bit) != 0;
}

static bool place_take(const struct host_user *user)
{
    if (user == NULL || user->uid == 0 || geteuid() != 0)
        return true;
    own.gid = getegid();
    own.group_count = getgroups(HOST_USER_GROUPS_MAX, own.groups);
    if (own.group_count < 0 || setgroups((size_t)user->group_count, user->groups) != 0)
        return false;
    own.is_left = true;
    return setegid(user->gid) == 0 && seteuid(user->uid) == 0;
}

void host_user_enter(const struct host_user *user)
{
    /* Half a change would judge wrongly, and could not be told from a whole one. */
    if (!place_take(user))
        abort();
}

bool host_user_can_enter(const struct host_user *user)
{
    bool is_taken = place_take(user);

    host_user_leave();
    return is_taken;
}

void host_user_leave(void)
{
    if (!own.is_left)
        return;
    if (seteuid(0) != 0 || setegid(own.gid) != 0 ||
        setgroups((size_t)own.group_count, own.groups) != 0)
        abort();
    own.is_left = false;
}
