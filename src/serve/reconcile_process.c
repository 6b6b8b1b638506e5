#include "serve/reconcile_process.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "api/api.h"
#include "api/api_setup.h"
#include "api/reconciler.h"
#include "base/config.h"
#include "base/scoreboard.h"
#include "base/stop.h"
#include "flow/reconcile.h"
#include "serve/worker.h"

/* The master kills who gives no sign of life for too long. */
static void note_life(void *score)
{
    score_set_state(score, SCORE_BUSY);
}

int reconcile_process_run(const struct worker_setup *setup)
{
    struct api *api;

    score_set_pid(setup->score, getpid());
    /* The master may have died before the kernel was asked to tell us. */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != setup->master_pid)
        return EXIT_FAILURE;
    stop_init();
    api = api_new(setup->api, NULL);
    stop_set_note(note_life, setup->score);
    note_life(setup->score);
    reconciler_run(api, RECONCILE_STREAM_AGE_S, setup->api->config->reconcile_every_s * 1000);
    score_set_state(setup->score, SCORE_LEAVING);
    api_free(api);
    return EXIT_SUCCESS;
}
