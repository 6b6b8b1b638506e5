/* Checks of the disks: bytes and inodes. */
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "admin/doctor.h"
#include "admin/finding.h"
#include "admin/host_user.h"
#include "admin/session.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/log.h"
#include "store/schema.h"

#define WARN_PERCENT 80
#define FAIL_PERCENT 95

/* In percent, rounded up, of what others than root may use: as df(1) counts. */
static unsigned percent_used(fsblkcnt_t all, fsblkcnt_t unused, fsblkcnt_t available)
{
    fsblkcnt_t used = all - unused;

    if (used + available == 0)
        return 0;
    return (unsigned)((used * 100 + used + available - 1) / (used + available));
}

static void disk_judge(const char *path, const struct statvfs *disk, struct finding *finding)
{
    unsigned bytes = percent_used(disk->f_blocks, disk->f_bfree, disk->f_bavail);
    unsigned inodes = percent_used(disk->f_files, disk->f_ffree, disk->f_favail);
    unsigned worst = bytes > inodes ? bytes : inodes;
    enum finding_state state = worst > FAIL_PERCENT   ? FINDING_FAIL
                               : worst > WARN_PERCENT ? FINDING_WARN
                                                      : FINDING_OK;

    finding_set(finding, state, "The disk of %.300s is %u %% full, its inodes %u %%.", path, bytes,
                inodes);
    if (state != FINDING_OK)
        finding_advise(finding, "Free %s on it, or enlarge it.",
                       bytes >= inodes ? "space" : "inodes (remove files)");
}

static void disk_check(const char *path, struct finding *finding)
{
    struct statvfs disk;
    int fault = statvfs(path, &disk) == 0 ? 0 : errno;

    if (fault == 0) {
        disk_judge(path, &disk, finding);
        return;
    }
    finding_set(finding, FINDING_WARN, "Cannot look at the disk of %.300s: %s.", path,
                strerror(fault));
    if (fault == ENOENT)
        finding_advise(finding, "Make the folder, or name another in the configuration.");
    else
        finding_advise(finding, "Run this as a user who may see that folder, or use df(1).");
}

/* The server's own name for its host decides: over a tunnel, another host looks like this one. */
static bool is_local(const struct schema_place *place)
{
    static const char *const ours[] = {"localhost", "127.0.0.1", "::1"};
    char host[256] = "";

    if (gethostname(host, sizeof host - 1) != 0 || strcmp(host, place->host) != 0)
        return false;
    for (size_t i = 0; i < HW_COUNT(ours); i++)
        if (strcmp(place->seen_from, ours[i]) == 0)
            return true;
    return false;
}

void doctor_check_database_disk(struct doctor *doctor, struct finding *finding)
{
    struct schema_place place;

    if (schema_get_place(doctor->session->db, doctor->session->arena, &place, &finding->message) !=
        ERR_OK) {
        doctor_query_fail(finding);
    } else if (is_local(&place)) {
        disk_check(place.data_dir, finding);
    } else {
        finding_set(finding, FINDING_OK, "The database is on %.100s: its disk is watched there.",
                    place.host);
    }
}

void doctor_check_log_disk(struct doctor *doctor, struct finding *finding)
{
    const char *file = doctor->session->config->log_file;
    const char *slash = strrchr(file, '/');
    enum err err;

    host_user_enter(doctor->service_user);
    err = log_check(file, &finding->message);
    host_user_leave();
    if (err != ERR_OK) {
        finding->state = FINDING_FAIL;
        finding_advise(finding, "Mend [headwater] log_file or its folder, in which the service's "
                                "user must be able to make files; headwaterd does not start so.");
    } else if (file[0] == '\0') {
        finding_set(finding, FINDING_OK,
                    "The log goes to standard error: who starts headwaterd keeps it.");
    } else {
        disk_check(slash == file ? "/"
                                 : arena_text(doctor->session->arena, file, (size_t)(slash - file)),
                   finding);
    }
}
