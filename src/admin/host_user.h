/*
 * A user of this host: what it may do with a file, by owner, groups and mode; and, for root, to do
 * something in its place. Access lists and security modules count only for what is really done.
 * Source: path_resolution(7), credentials(7).
 */
#ifndef HW_ADMIN_HOST_USER_H
#define HW_ADMIN_HOST_USER_H

#include <sys/types.h>

#include "base/base.h"

struct stat;

#define HOST_USER_GROUPS_MAX 1024

struct host_user {
    const char *name;
    uid_t uid;
    gid_t gid; /* of its primary group */
    gid_t groups[HOST_USER_GROUPS_MAX];
    int group_count;
};

/* The user of that name, which must outlive RET_USER. False if there is none. */
bool host_user_find(const char *name, struct host_user *ret_user);

/* Whether that is one of its groups. */
bool host_user_is_member(const struct host_user *user, gid_t group);

/* BIT is one of the last three of a mode: S_IWOTH to connect, S_IXOTH to pass through a folder. The
 * first of owner, group and others that fits decides. */
bool host_user_is_allowed(const struct host_user *user, const struct stat *status, mode_t bit);

/* Puts the user in the place of root until host_user_leave: the kernel then judges what is done.
 * Without effect if USER is NULL, or this process is not root's. */
void host_user_enter(const struct host_user *user);

/* Whether that can be: root of a container may lack the right. */
bool host_user_can_enter(const struct host_user *user);

/* Root is root again. */
void host_user_leave(void);

#endif
