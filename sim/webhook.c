/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP/1.1 posts over a socket to 127.0.0.1, one connection each; nothing leaves the machine. */
#include "webhook.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "talk.h"

#define PATIENCE    2  /* s for whoever listens to take a post and to answer it, all in all */
#define FAILED_MOST 10 /* in a row */

gpusim_status cli_webhook_read(const char *url, cli_webhook *hook, gpusim_error *err)
{
    static const char *const places[] = {"http://127.0.0.1:", "http://localhost:"};
    *hook = (cli_webhook){0};
    for (int i = 0; i < 2; i++) {
        size_t length = strlen(places[i]);
        const char *end = url + length;
        uint32_t port = 0;
        if (strncmp(url, places[i], length) != 0) {
            continue;
        }
        // digits alone: neither signs nor spaces, and nothing that wraps
        for (; *end >= '0' && *end <= '9' && port < 65536; end++) {
            port = port * 10 + (uint32_t)(*end - '0');
        }
        int clean = strcspn(end, " \r\n") == strlen(end) && strlen(end) < sizeof hook->path;
        if (port > 0 && port < 65536 && (*end == 0 || *end == '/') && clean) {
            hook->port = port;
            snprintf(hook->path, sizeof hook->path, "%s", *end ? end : "/");
            return GPUSIM_OK;
        }
    }
    gpusim_status status =
        gpusim_fail(err, GPUSIM_ARGUMENT, "alerts are not posted to '%.200s'", url);
    gpusim_error_hint(err, "a program on this machine: http://127.0.0.1:8000/alerts");
    return status;
}

// The next step may take what is left until the deadline; 0: that is over.
static int wait_until(int connection, int option, const struct timespec *deadline)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = (deadline->tv_sec - now.tv_sec) * INT64_C(1000000) +
                   (deadline->tv_nsec - now.tv_nsec) / 1000; // microseconds
    struct timeval patience = {.tv_sec = left / 1000000, .tv_usec = left % 1000000};
    return left > 0 && setsockopt(connection, SOL_SOCKET, option, &patience, sizeof patience) == 0;
}

static int send_all(int connection, const char *text, size_t length,
                    const struct timespec *deadline)
{
    while (length > 0) {
        if (!wait_until(connection, SO_SNDTIMEO, deadline)) {
            return 0;
        }
        ssize_t sent = send(connection, text, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return 0;
        }
        text += sent;
        length -= (size_t)sent;
    }
    return 1;
}

// 1 when the answer begins with a status of 200 to 299
static int is_accepted(int connection, const struct timespec *deadline)
{
    char answer[16] = "";
    size_t got = 0;
    while (got < 12) {
        if (!wait_until(connection, SO_RCVTIMEO, deadline)) {
            return 0;
        }
        ssize_t part = recv(connection, answer + got, 12 - got, 0);
        if (part < 0 && errno == EINTR) {
            continue;
        }
        if (part <= 0) {
            return 0;
        }
        got += (size_t)part;
    }
    return strncmp(answer, "HTTP/1.", 7) == 0 && strncmp(answer + 8, " 2", 2) == 0;
}

static int post(const cli_webhook *hook, int connection, const char *json)
{
    char head[1024];
    struct timespec deadline;
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)hook->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    size_t length = strlen(json);
    (void)clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += PATIENCE;
    snprintf(head, sizeof head,
             "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\nConnection: close\r\n\r\n",
             hook->path, hook->port, length);
    return wait_until(connection, SO_SNDTIMEO, &deadline) &&
           connect(connection, (const struct sockaddr *)&there, sizeof there) == 0 &&
           send_all(connection, head, strlen(head), &deadline) &&
           send_all(connection, json, length, &deadline) && is_accepted(connection, &deadline);
}

void cli_webhook_post(cli_webhook *hook, const char *json)
{
    if (hook->port == 0 || hook->failed == FAILED_MOST) {
        hook->lost += hook->port > 0;
        return;
    }
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    uint32_t accepted = connection >= 0 && post(hook, connection, json);
    if (connection >= 0) {
        close(connection);
    }
    hook->failed = accepted ? 0 : hook->failed + 1;
    hook->posted += accepted != 0;
    hook->lost += accepted == 0;
    if (!accepted && hook->lost == 1) {
        cli_warn("an alert was not taken by http://127.0.0.1:%u%s; the run goes on", hook->port,
                 hook->path);
    }
}

void cli_webhook_end(const cli_webhook *hook)
{
    if (hook->lost > 1) {
        cli_warn("%llu of %llu alerts were not taken by the webhook",
                 (unsigned long long)hook->lost, (unsigned long long)(hook->posted + hook->lost));
    }
}
