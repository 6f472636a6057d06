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
#include <unistd.h>

#include "talk.h"

#define PATIENCE    2  /* s for whoever listens to take a post, and to answer it */
#define FAILED_MOST 10 /* in a row */

gpusim_status cli_webhook_read(const char *url, cli_webhook *hook, gpusim_error *err)
{
    static const char *const places[] = {"http://127.0.0.1:", "http://localhost:"};
    *hook = (cli_webhook){0};
    for (int i = 0; i < 2; i++) {
        size_t length = strlen(places[i]);
        char *end = NULL;
        if (strncmp(url, places[i], length) != 0) {
            continue;
        }
        unsigned long port = strtoul(url + length, &end, 10);
        int clean = strcspn(end, " \r\n") == strlen(end) && strlen(end) < sizeof hook->path;
        if (end != url + length && port > 0 && port < 65536 && (*end == 0 || *end == '/') &&
            clean) {
            hook->port = (uint32_t)port;
            snprintf(hook->path, sizeof hook->path, "%s", *end ? end : "/");
            return GPUSIM_OK;
        }
    }
    gpusim_status status =
        gpusim_fail(err, GPUSIM_ARGUMENT, "alerts are not posted to '%.200s'", url);
    gpusim_error_hint(err, "a program on this machine: http://127.0.0.1:8000/alerts");
    return status;
}

static int send_all(int connection, const char *text, size_t length)
{
    while (length > 0) {
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
static int is_accepted(int connection)
{
    char answer[16] = "";
    size_t got = 0;
    while (got < 12) {
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
    struct timeval patience = {.tv_sec = PATIENCE};
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)hook->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    size_t length = strlen(json);
    (void)setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    snprintf(head, sizeof head,
             "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\nConnection: close\r\n\r\n",
             hook->path, hook->port, length);
    return connect(connection, (const struct sockaddr *)&there, sizeof there) == 0 &&
           send_all(connection, head, strlen(head)) && send_all(connection, json, length) &&
           is_accepted(connection);
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
