/* headwaterd: reads options and configuration, then hands over to the master. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/base.h"
#include "base/config.h"
#include "base/err.h"
#include "base/log.h"
#include "edge/db.h"
#include "serve/generation.h"
#include "serve/master.h"

#define EXIT_USAGE 2

#define CONFIG_PATH HW_SYSCONFDIR "/headwater/headwater.conf"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_SANITIZER 0
#endif

static const char usage[] =
    "usage: headwaterd [--config FILE] [--check-config]\n"
    "Serves the Headwater API over FastCGI, in the foreground.\n"
    "\n"
    "  --config FILE    read this configuration (default: " CONFIG_PATH ")\n"
    "  --check-config   read configuration, secrets and time zones, say what is wrong, and end\n"
    "  --version        print the version and end\n"
    "  --help           print this text and end\n"
    "\n"
    "SIGTERM or SIGINT: finish the running requests and end. SIGHUP: read the configuration "
    "again.\n";

enum option_id { OPTION_CONFIG = 256, OPTION_CHECK_CONFIG, OPTION_VERSION, OPTION_HELP };

static const struct option long_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"check-config", no_argument, NULL, OPTION_CHECK_CONFIG},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static HW_NORETURN void usage_fail(void)
{
    fputs("Try 'headwaterd --help'.\n", stderr);
    exit(EXIT_USAGE);
}

/* Secrets must not leave by a core dump or a debugger. The leak sanitizer is a debugger. */
static void dump_forbid(void)
{
#if !HAS_SANITIZER
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

static struct generation *generation_load(const char *config_path)
{
    struct generation *generation;
    struct errmsg msg;

    if (generation_new(config_path, 1, &generation, &msg) == ERR_OK)
        return generation;
    fprintf(stderr, "headwaterd: %s\n", msg.text);
    exit(EXIT_FAILURE);
}

/* What a start would do with the configuration, as far as nothing is made or opened for it. */
static int config_check_report(const struct config *config, const char *config_path)
{
    struct errmsg msg;

    if (log_check(config->log_file, &msg) != ERR_OK) {
        fprintf(stderr, "headwaterd: %s\n", msg.text);
        return EXIT_FAILURE;
    }
    printf("%s: configuration, secrets and time zones are fine\n", config_path);
    return EXIT_SUCCESS;
}

/* A schema that this program does not know, or a database that refuses us, ends the start. One that
 * cannot be reached does not: the workers connect as soon as it is there. */
static void schema_require(const struct config *config)
{
    struct db *db = db_new(config->db_defaults_file, config->db_group, DB_SERVICE);
    struct errmsg msg;
    enum err err = db_open(db, &msg);

    db_free(db);
    if (err == ERR_OK)
        return;
    if (err == ERR_DB_LOST) {
        log_write(LOG_WARNING, "starting without a database: %s", msg.text);
        return;
    }
    fprintf(stderr, "headwaterd: %s\n", msg.text);
    exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    const char *config_path = CONFIG_PATH;
    bool is_check = false;
    int id;

    while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (id) {
        case OPTION_CONFIG:
            config_path = optarg;
            break;
        case OPTION_CHECK_CONFIG:
            is_check = true;
            break;
        case OPTION_VERSION:
            puts("headwaterd " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        case OPTION_HELP:
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        default:
            usage_fail();
        }
    }
    if (optind < argc) {
        fprintf(stderr, "headwaterd: unexpected argument '%s'\n", argv[optind]);
        usage_fail();
    }
    dump_forbid();

    struct generation *generation = generation_load(config_path);
    if (!is_check) {
        schema_require(generation->config);
        return master_run(config_path, generation);
    }

    int status = config_check_report(generation->config, config_path);
    generation_free(generation);
    return status;
}
