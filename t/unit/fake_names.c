#include "t/unit/fake_names.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/base.h"

static atomic_int asked;

static const struct {
    const char *name;
    const char *address;
    long delay_ms;
} names[] = {
    {"loop.test", "127.0.0.1", 20},    {"private.test", "10.1.2.3", 0},
    {"mixed.test", "10.1.2.3", 0},     {"mixed.test", "8.8.8.8", 0},
    {"stuck.test", "127.0.0.1", 2000},
};

int fake_names_asked(void)
{
    return atomic_load(&asked);
}

static void sleep_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

static struct addrinfo *entry_new(const char *address, const char *port)
{
    struct addrinfo *entry = calloc(1, sizeof *entry + sizeof(struct sockaddr_in));
    struct sockaddr_in v4 = {.sin_family = AF_INET};

    v4.sin_port = htons((uint16_t)(port == NULL ? 0 : strtol(port, NULL, 10)));
    if (entry == NULL || inet_pton(AF_INET, address, &v4.sin_addr) != 1)
        abort();
    entry->ai_family = AF_INET;
    entry->ai_socktype = SOCK_STREAM;
    entry->ai_protocol = IPPROTO_TCP;
    entry->ai_addrlen = sizeof v4;
    entry->ai_addr = memcpy(entry + 1, &v4, sizeof v4);
    return entry;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    struct addrinfo **end = ret;

    (void)hints;
    atomic_fetch_add(&asked, 1);
    *ret = NULL;
    for (size_t i = 0; i < HW_COUNT(names); i++) {
        if (strcmp(names[i].name, node) != 0)
            continue;
        sleep_ms(names[i].delay_ms);
        *end = entry_new(names[i].address, service);
        end = &(*end)->ai_next;
    }
    return *ret == NULL ? EAI_NONAME : 0;
}

void freeaddrinfo(struct addrinfo *list)
{
    while (list != NULL) {
        struct addrinfo *next = list->ai_next;

        free(list);
        list = next;
    }
}
