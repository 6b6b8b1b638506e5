/* Checks of the sockets: may the web server connect, and does anybody listen? Source: unix(7). */
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/doctor.h"
#include "admin/finding.h"
#include "admin/host_user.h"
#include "admin/session.h"
#include "base/arena.h"
#include "base/config.h"

#define SET_GROUP "set [server] socket_group to a group it is in, and restart headwaterd"

static const char *group_text(struct arena *arena, gid_t group)
{
    const struct group *entry = getgrgid(group);

    return entry == NULL ? arena_printf(arena, "%lu", (unsigned long)group)
                         : arena_text(arena, entry->gr_name, strlen(entry->gr_name));
}

/* How the user comes into the group: but the web server must never be in root's. */
static void group_advise(const struct host_user *user, gid_t gid, const char *group,
                         const char *otherwise, struct finding *finding)
{
    if (gid == 0)
        finding_advise(finding, "%c%s", toupper((unsigned char)otherwise[0]), otherwise + 1);
    else
        finding_advise(finding,
                       "Run: usermod -a -G %.60s %.60s, then restart the web server; or %s", group,
                       user->name, otherwise);
}

static bool folder_check(const struct host_user *user, const char *folder, struct arena *arena,
                         struct finding *finding)
{
    struct stat status;
    int fault = stat(folder, &status) == 0 ? 0 : errno;

    if (fault != 0) {
        finding_set(finding, FINDING_FAIL, "Cannot look at the folder %.300s: %s.", folder,
                    strerror(fault));
        finding_advise(finding, fault == ENOENT
                                    ? "Make it, for the service's user to write in, or set "
                                      "[server] socket and quick_socket to another place."
                                    : "Run this as a user who may see that folder.");
        return false;
    }
    if (host_user_is_allowed(user, &status, S_IXOTH))
        return true;
    finding_set(finding, FINDING_FAIL, "%.60s cannot enter the folder %.300s (mode %04o).",
                user->name, folder, (unsigned)(status.st_mode & 07777));
    group_advise(user, (status.st_mode & S_IXGRP) == 0 ? 0 : status.st_gid,
                 group_text(arena, status.st_gid), arena_printf(arena, "run: chmod o+x %s", folder),
                 finding);
    return false;
}

/* Walks down to the folder of PATH. False if the user cannot come so far; the finding says where.
 */
static bool folders_check(const struct host_user *user, const char *path, struct arena *arena,
                          struct finding *finding)
{
    char *folder = arena_text(arena, path, strlen(path));

    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        folder[i] = '\0';
        if (!folder_check(user, folder, arena, finding))
            return false;
        folder[i] = '/';
    }
    return true;
}

/* The socket is made by headwaterd: before its first start there is only the group to judge. */
static void missing_judge(const struct host_user *user, const char *path, const char *group_name,
                          struct finding *finding)
{
    const struct group *group = group_name[0] == '\0' ? NULL : getgrnam(group_name);

    if (group_name[0] != '\0' && group == NULL) {
        finding_set(finding, FINDING_FAIL,
                    "There is no group %.60s, which [server] socket_group "
                    "names.",
                    group_name);
        finding_advise(finding, "Make it (groupadd --system %.60s), or name another.", group_name);
    } else if (group != NULL && user->uid != 0 && !host_user_is_member(user, group->gr_gid)) {
        finding_set(finding, FINDING_FAIL, "%.60s is not in the group %.60s, which may connect.",
                    user->name, group_name);
        group_advise(user, group->gr_gid, group_name, SET_GROUP, finding);
    } else {
        finding_set(finding, FINDING_WARN, "%.300s is not there: headwaterd does not run.", path);
        finding_advise(finding, "Start headwaterd, then run this again.");
    }
}

/* Connects and hangs up. 0, or why not. A full queue (EAGAIN) belongs to somebody too. */
static int connect_try(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int fault = 0;

    if (fd < 0)
        return errno;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 && errno != EAGAIN)
        fault = errno;
    close(fd);
    return fault;
}

static void listener_judge(const struct host_user *user, const char *path, struct finding *finding)
{
    int fault = connect_try(path);

    if (fault == 0) {
        finding_set(finding, FINDING_OK, "%.60s may connect to %.300s, and is heard.", user->name,
                    path);
    } else if (fault == ECONNREFUSED) {
        finding_set(finding, FINDING_FAIL, "Nobody listens at %.300s: headwaterd does not run.",
                    path);
        finding_advise(finding, "Start headwaterd; its log says why it ended.");
    } else {
        finding_set(finding, FINDING_WARN,
                    "%.60s may connect to %.300s, but whether anybody listens is not known: %s.",
                    user->name, path, strerror(fault));
        finding_advise(finding, "Run this as root.");
    }
}

static void status_judge(const struct host_user *user, const char *path, const struct stat *status,
                         struct arena *arena, struct finding *finding)
{
    const char *group = group_text(arena, status->st_gid);

    if (!S_ISSOCK(status->st_mode)) {
        finding_set(finding, FINDING_FAIL, "%.300s is not a socket.", path);
        finding_advise(finding, "Move it away, and start headwaterd again.");
    } else if (host_user_is_allowed(user, status, S_IWOTH)) {
        listener_judge(user, path, finding);
    } else {
        finding_set(finding, FINDING_FAIL,
                    "%.60s may not connect to %.300s (group %.60s, mode %04o).", user->name, path,
                    group, (unsigned)(status->st_mode & 07777));
        group_advise(user, status->st_gid, group, SET_GROUP, finding);
    }
}

static void path_check(struct doctor *doctor, const char *path, struct finding *finding)
{
    struct arena *arena = doctor->session->arena;
    struct host_user user;
    struct stat status;

    if (!host_user_find(doctor->web_user, &user)) {
        finding_set(finding, FINDING_FAIL, "There is no user %.60s to connect as.",
                    doctor->web_user);
        finding_advise(finding, "Name the web server's user with --web-user; as a rule, its "
                                "package makes it.");
        return;
    }
    if (!folders_check(&user, path, arena, finding))
        return;
    if (stat(path, &status) == 0)
        status_judge(&user, path, &status, arena, finding);
    else
        missing_judge(&user, path, doctor->session->config->socket_group, finding);
}

void doctor_check_socket(struct doctor *doctor, struct finding *finding)
{
    path_check(doctor, doctor->session->config->socket_path, finding);
}

void doctor_check_quick_socket(struct doctor *doctor, struct finding *finding)
{
    const char *path = doctor->session->config->quick_socket_path;

    if (path[0] == '\0')
        finding_set(finding, FINDING_OK, "None is configured: all requests share one socket.");
    else
        path_check(doctor, path, finding);
}
