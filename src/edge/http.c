#include "edge/http.h"

#include <stdlib.h>
#include <string.h>

#include <assert.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "edge/address.h"
#include "edge/http_reply.h"

/* Kept between runs. A burst of more calls opens more and closes them again: an idle TLS
 * connection costs a worker some 40 KB. */
#define IDLE_MAX 16
#define POLL_MS 1000

struct http {
    struct http_policy policy;
    CURLM *multi; /* NULL before the first call */
    CURL *idle[IDLE_MAX];
    size_t idle_count;
};

struct run;

/* One call on its way. */
struct transfer {
    struct run *run;
    CURL *easy;
    const struct http_call *call;
    struct http_reply *reply;
    struct curl_slist *request_headers;
    struct buf body;
    size_t sent_bytes; /* of the request's body, handed to libcurl */
    bool is_refused;   /* an address was */
    bool is_too_large;
    char error[CURL_ERROR_SIZE];
};

/* One http_run. */
struct run {
    struct http *http;
    struct arena *arena;
    struct transfer *transfers;
    size_t count;
    size_t next; /* to start */
    size_t active;
    bool is_led; /* the first call has its address: the others will find the name in the cache */
};

/* Only a lack of memory or a fault of ours makes libcurl refuse an option. */
static void must(CURLcode code)
{
    if (code != CURLE_OK)
        abort();
}

static void must_multi(CURLMcode code)
{
    if (code != CURLM_OK)
        abort();
}

struct http *http_new(const struct http_policy *policy)
{
    struct http *http = calloc(1, sizeof *http);

    if (http == NULL)
        abort();
    http->policy = *policy;
    return http;
}

void http_free(struct http *http)
{
    if (http == NULL)
        return;
    for (size_t i = 0; i < http->idle_count; i++)
        curl_easy_cleanup(http->idle[i]);
    if (http->multi != NULL) {
        curl_multi_cleanup(http->multi);
        curl_global_cleanup();
    }
    free(http);
}

static void http_open(struct http *http)
{
    if (http->multi != NULL)
        return;
    must(curl_global_init(CURL_GLOBAL_DEFAULT));
    http->multi = curl_multi_init();
    if (http->multi == NULL)
        abort();
    must_multi(curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_MAX));
}

static bool transfer_may_use(const struct transfer *transfer, bool address_is_fine)
{
    return transfer->run->http->policy.sandbox || (address_is_fine && !transfer->is_refused);
}

/* Called with each address just before it is connected to. One bad address spoils the call: a name
 * that has a private and a public address is an attack or a mistake. */
static curl_socket_t open_socket(void *thing, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = thing;

    (void)purpose;
    transfer->run->is_led = true;
    if (!transfer_may_use(transfer, address_is_public(&address->addr))) {
        transfer->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Called when the connection stands, also a kept one, before the first byte of the request. */
static int before_request(void *thing, char *remote_ip, char *local_ip, int remote_port,
                          int local_port)
{
    struct transfer *transfer = thing;

    (void)local_ip, (void)remote_port, (void)local_port;
    transfer->run->is_led = true;
    if (!transfer_may_use(transfer, address_text_is_public(remote_ip))) {
        transfer->is_refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    if (FAULT_CALL(transfer->call->body, transfer->call->url, "before"))
        return CURL_PREREQFUNC_ABORT;
    transfer->reply->may_be_sent = true;
    return CURL_PREREQFUNC_OK;
}

/* Without a seek function libcurl cannot start the body again: so it never repeats a POST. */
static size_t give_body(char *bytes, size_t size, size_t count, void *thing)
{
    struct transfer *transfer = thing;
    const char *rest = transfer->call->body + transfer->sent_bytes;
    size_t len = strlen(rest);

    if (len > size * count)
        len = size * count;
    memcpy(bytes, rest, len);
    transfer->sent_bytes += len;
    return len;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *thing)
{
    struct transfer *transfer = thing;
    size_t len = size * count;

    if (len > transfer->run->http->policy.body_max_bytes - transfer->body.len) {
        transfer->is_too_large = true;
        return 0;
    }
    buf_add(&transfer->body, bytes, len);
    return len;
}

static size_t take_header(char *line, size_t size, size_t count, void *thing)
{
    struct transfer *transfer = thing;

    http_reply_read_line(transfer->reply, transfer->run->arena, line, size * count);
    return size * count;
}

/* Options that are the same for every call. */
static void easy_init(CURL *easy, const struct http_policy *policy)
{
    static const struct {
        CURLoption option;
        long number;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_MAXREDIRS, 0},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_TCP_NODELAY, 1},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        /* Replies are small; 50 transfers with the default buffers would take a megabyte. */
        {CURLOPT_BUFFERSIZE, 4096},
        {CURLOPT_UPLOAD_BUFFERSIZE, 16384},
        /* A stuck name server must not hold a call beyond its deadline. */
        {CURLOPT_QUICK_EXIT, 1},
        /* One request at a time on a connection: a reset tells of this request alone. */
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    };

    for (size_t i = 0; i < HW_COUNT(numbers); i++)
        must(curl_easy_setopt(easy, numbers[i].option, numbers[i].number));
    must(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, policy->sandbox ? "https,http" : "https"));
    must(curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https"));
    must(curl_easy_setopt(easy, CURLOPT_PROXY, "")); /* also against the environment's proxies */
    must(curl_easy_setopt(easy, CURLOPT_USERAGENT, policy->user_agent));
    must(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)policy->connect_timeout_ms));
    must(curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)policy->body_max_bytes));
    must(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket));
    must(curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request));
    must(curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body));
    must(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body));
    must(curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header));
}

static CURL *http_take_easy(struct http *http)
{
    CURL *easy;

    if (http->idle_count > 0)
        return http->idle[--http->idle_count];
    easy = curl_easy_init();
    if (easy == NULL || FAULT_ALLOC())
        abort();
    easy_init(easy, &http->policy);
    return easy;
}

static void http_put_easy(struct http *http, CURL *easy)
{
    if (http->idle_count == IDLE_MAX)
        curl_easy_cleanup(easy);
    else
        http->idle[http->idle_count++] = easy;
}

static struct curl_slist *slist_add(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);

    if (longer == NULL)
        abort();
    return longer;
}

static struct curl_slist *call_headers(const struct http_call *call, struct arena *arena)
{
    /* No "Expect: 100-continue" round trip before a body. */
    struct curl_slist *list = slist_add(NULL, "Expect:");

    for (size_t i = 0; i < call->header_count; i++) {
        const struct http_header *header = &call->headers[i];

        assert(strpbrk(header->value, "\r\n") == NULL);
        list = slist_add(list, arena_printf(arena, "%s: %s", header->name, header->value));
    }
    return list;
}

/* Options of one call. */
static void transfer_set(struct transfer *transfer, int64_t left_us)
{
    const struct http_call *call = transfer->call;
    CURL *easy = transfer->easy;

    must(curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer));
    must(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer));
    must(curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer));
    must(curl_easy_setopt(easy, CURLOPT_READDATA, transfer));
    must(curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer));
    must(curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer));
    must(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error));
    must(curl_easy_setopt(easy, CURLOPT_URL, call->url));
    must(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->request_headers));
    must(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left_us / CLOCK_MS_US)));
    if (call->body == NULL) {
        must(curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L));
        return;
    }
    must(curl_easy_setopt(easy, CURLOPT_POST, 1L));
    must(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(call->body)));
}

static void transfer_start(struct transfer *transfer)
{
    struct run *run = transfer->run;
    int64_t left_us = transfer->call->deadline_us - clock_monotonic_us();

    if (left_us < CLOCK_MS_US) {
        transfer->reply->result = HTTP_TIMEOUT;
        transfer->reply->why = "there was no time left to start the call";
        return;
    }
    buf_init(&transfer->body, run->arena);
    transfer->request_headers = call_headers(transfer->call, run->arena);
    transfer->easy = http_take_easy(run->http);
    transfer_set(transfer, left_us);
    must_multi(curl_multi_add_handle(run->http->multi, transfer->easy));
    run->active++;
}

/* A connect timeout leaves time for another try; the deadline does not. */
static enum http_result transfer_result(const struct transfer *transfer, CURLcode code)
{
    if (transfer->is_refused)
        return HTTP_REFUSED_ADDRESS;
    if (code == CURLE_OK)
        return HTTP_OK;
    if (code == CURLE_OPERATION_TIMEDOUT &&
        clock_monotonic_us() + 2 * CLOCK_MS_US >= transfer->call->deadline_us)
        return HTTP_TIMEOUT;
    return HTTP_FAILED;
}

static const char *transfer_why(const struct transfer *transfer, CURLcode code)
{
    const char *general = curl_easy_strerror(code);

    if (transfer->is_refused)
        return "the host has an address that is not public";
    if (transfer->is_too_large || code == CURLE_FILESIZE_EXCEEDED)
        return "the reply is too large";
    if (transfer->error[0] == '\0')
        return general;
    return arena_printf(transfer->run->arena, "%s: %s", general, transfer->error);
}

static void transfer_fill_reply(struct transfer *transfer, CURLcode code)
{
    struct http_reply *reply = transfer->reply;
    curl_off_t retry_after_s = 0;

    reply->result = transfer_result(transfer, code);
    if (reply->result != HTTP_OK) {
        reply->why = transfer_why(transfer, code);
        reply->header_count = 0;
        return;
    }
    must(curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply->status));
    must(curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_s));
    reply->retry_after_s = retry_after_s;
    reply->body = transfer->body.text;
    reply->len = transfer->body.len;
}

static void transfer_end(struct transfer *transfer, CURLcode code)
{
    struct http *http = transfer->run->http;

    if (FAULT_CALL(transfer->call->body, transfer->call->url, "after"))
        code = CURLE_RECV_ERROR;
    transfer_fill_reply(transfer, code);
    transfer->run->active--;
    transfer->run->is_led = true;
    must_multi(curl_multi_remove_handle(http->multi, transfer->easy));
    must(curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL));
    must(curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, NULL));
    curl_slist_free_all(transfer->request_headers);
    http_put_easy(http, transfer->easy);
}

static bool run_can_start(const struct run *run)
{
    return run->next < run->count && run->active < run->http->policy.parallel_max &&
           (run->active == 0 || run->is_led);
}

static void run_step(struct run *run)
{
    struct CURLMsg *message;
    struct transfer *transfer;
    int left;

    must_multi(curl_multi_perform(run->http->multi, &left));
    while ((message = curl_multi_info_read(run->http->multi, &left)) != NULL) {
        must(curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer));
        transfer_end(transfer, message->data.result);
    }
}

void http_run(struct http *http, struct arena *arena, const struct http_call *calls, size_t count,
              struct http_reply *ret_replies)
{
    struct run run = {.http = http, .arena = arena, .count = count};

    http_open(http);
    memset(ret_replies, 0, count * sizeof *ret_replies);
    run.transfers = arena_array(arena, count, sizeof *run.transfers);
    for (size_t i = 0; i < count; i++) {
        run.transfers[i].run = &run;
        run.transfers[i].call = &calls[i];
        run.transfers[i].reply = &ret_replies[i];
    }
    while (run.next < count || run.active > 0) {
        while (run_can_start(&run))
            transfer_start(&run.transfers[run.next++]);
        run_step(&run);
        if (run.active > 0 && !run_can_start(&run))
            must_multi(curl_multi_poll(http->multi, NULL, 0, POLL_MS, NULL));
    }
}
