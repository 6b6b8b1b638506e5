#include "api/auth.h"

#include <string.h>

#include "api/request.h"
#include "base/clock.h"
#include "base/log.h"
#include "edge/digest.h"
#include "edge/fcgi.h"
#include "rule/api_key.h"
#include "store/api_key.h"

#define USED_STEP_US (60 * CLOCK_S_US)

static enum err refuse(struct request *request, const char *why)
{
    return errmsg_set(&request->msg, ERR_UNAUTHORIZED, "%s", why);
}

/* An idle connection may have been closed by the server: reading once more is safe. */
static enum err find_key(struct db *db, struct request *request, const char *public_id,
                         struct api_key *ret_key, struct caller *ret_caller)
{
    enum err err = api_key_find(db, request->arena, public_id, ret_key, ret_caller, &request->msg);

    if (err == ERR_DB_LOST)
        err = api_key_find(db, request->arena, public_id, ret_key, ret_caller, &request->msg);
    return err;
}

static void note_use(struct db *db, struct request *request, const struct api_key *key)
{
    int64_t now_us = clock_now_us();
    struct errmsg msg;

    if (now_us - key->last_used_us < USED_STEP_US)
        return;
    if (api_key_set_used(db, request->arena, request->key_id, request->caller.team_id, now_us,
                         &msg) != ERR_OK)
        log_write(LOG_WARNING, "the use of a key was not noted: %s", msg.text);
}

enum err auth_check(struct db *db, struct request *request)
{
    const char *text = fcgi_find_param(request->fcgi, "API_KEY");
    unsigned char hash[DIGEST_BYTES];
    char public_id[API_KEY_ID_LEN + 1];
    struct caller caller;
    struct api_key key;
    enum err err;

    if (text == NULL || !api_key_read(text, public_id))
        return refuse(request, "the key is missing or malformed");
    err = find_key(db, request, public_id, &key, &caller);
    if (err == ERR_NOT_FOUND)
        return refuse(request, "the key is unknown or revoked");
    if (err != ERR_OK)
        return err;
    digest_sha256(text, strlen(text), hash);
    if (!digest_equal(hash, key.hash, sizeof hash))
        return refuse(request, "the key's secret is wrong");
    request->caller = caller;
    memcpy(request->key_id, public_id, sizeof public_id);
    note_use(db, request, &key);
    return ERR_OK;
}
