# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces: what is written where, what is never overwritten, what a full disk leaves."""
import contextlib
import http.server
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time

import gpusim
from gpusim import check, expect


def test_a_trace_only_when_asked_for():
    with gpusim.scratch() as folder:
        before = sorted(folder.iterdir())
        result = expect(gpusim.run("run", "small.yaml", cwd=folder), 0, stderr="no trace is written")
        check(sorted(folder.iterdir()) == before, "a file appeared")
        check("small" in result.stdout)
        expect(gpusim.run("run", "small.yaml", "-o", "t.h5", cwd=folder), 0)
        check((folder / "t.h5").stat().st_size > 0)


def test_what_is_read_stays_whatever_is_forced():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "by-hand.yaml", "-o", "t.h5", "--quiet", cwd=folder), 0)
        trace = (folder / "t.h5").read_bytes()
        scenario = (folder / "by-hand.yaml").read_bytes()
        (folder / "link.html").symlink_to("t.h5")
        for words in (["report", "t.h5", "-o", "t.h5", "--format", "md"],
                      ["report", "t.h5", "-o", "link.html"],
                      ["plot", "t.h5", "-o", "t.h5", "--format", "png"],
                      ["train", "t.h5", "-d", "zscore", "-o", "t.h5"],
                      ["export", "t.h5", "-t", "jobs", "-o", "t.h5"],
                      ["run", "by-hand.yaml", "--alerts", "by-hand.yaml"]):
            result = gpusim.run(*words, "--force", cwd=folder)
            check(result.returncode != 0 and "is what is read" in result.stderr, words,
                  result.stderr)
        expect(gpusim.run("run", "by-hand.yaml", "-o", "a", "--alerts", "a", cwd=folder), 2,
               stderr="would be one file")
        check((folder / "t.h5").read_bytes() == trace, "the trace is gone")
        check((folder / "by-hand.yaml").read_bytes() == scenario, "the scenario is gone")
        # what is no file is not replaced by one
        os.mkfifo(folder / "pipe.html")
        (folder / "folder.png").mkdir()
        expect(gpusim.run("report", "t.h5", "-o", "pipe.html", "--force", cwd=folder), 4,
               stderr="is no file")
        expect(gpusim.run("plot", "t.h5", "-o", "folder.png", "--force", cwd=folder), 4,
               stderr="is no file")
        check((folder / "pipe.html").is_fifo(), "the pipe is gone")


def test_the_path_of_the_scenario():
    with gpusim.scratch() as folder:
        result, summary = gpusim.run_json("run", "small.yaml", "--set", "trace={path: here.h5}",
                                          cwd=folder)
        expect(result, 0)
        check((folder / "here.h5").exists())
        check(summary["trace"].endswith("here.h5"), summary["trace"])


def test_a_trace_is_not_overwritten():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "-o", "t.h5", cwd=folder), 0)
        old = (folder / "t.h5").read_bytes()
        expect(gpusim.run("run", "small.yaml", "-o", "t.h5", cwd=folder), 4, stderr="--force")
        check((folder / "t.h5").read_bytes() == old, "the trace was touched")
        expect(gpusim.run("run", "small.yaml", "-o", "t.h5", "--force", cwd=folder), 0)


def test_a_folder_that_is_not_there():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "-o", "no/such/t.h5", cwd=folder), 4,
               stderr="there is no folder 'no/such/'")


def test_a_folder_as_a_trace():
    with gpusim.scratch() as folder:
        (folder / "d.h5").mkdir()
        expect(gpusim.run("run", "small.yaml", "-o", "d.h5", "--force", cwd=folder), 4)
        check((folder / "d.h5").is_dir())


def test_alerts_as_they_come():
    watch = ["--set", "telemetry={every: 10 s, metrics: [gpu_allocated]}", "--set",
             "detectors=[{name: busy, threshold: 1, detector: {threshold: "
             "{rules: [{signal: gpu_allocated, above: 0.5}]}}}]"]
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "--alerts", "a.jsonl", *watch, cwd=folder), 0)
        lines = (folder / "a.jsonl").read_text(encoding="utf-8").splitlines()
        alerts = [json.loads(line) for line in lines]
        raised = [alert for alert in alerts if alert["alert"] == "raised"]
        check(raised and all(alert["end_s"] is None for alert in raised), str(alerts))
        over = [alert for alert in alerts if alert["alert"] == "over"]
        check(all(alert["end_s"] >= alert["begin_s"] for alert in over), str(over))
        check({alert["detector"] for alert in alerts} == {"busy"})
        check({alert["class"] for alert in alerts} == {"job"})
        expect(gpusim.run("run", "small.yaml", "--alerts", "a.jsonl", *watch, cwd=folder), 4,
               stderr="overwrite it with --force")

        # rolling: no line is lost while five files are enough, and the newest is in the file itself
        expect(gpusim.run("run", "small.yaml", "--alerts", "a.jsonl", "--alerts-max", "500 B",
                          "--force", *watch, cwd=folder), 0)
        parts = [folder / "a.jsonl"] + [folder / f"a.jsonl.{i}" for i in range(1, 6)]
        parts = [part.read_text(encoding="utf-8") for part in parts if part.exists()]
        check(len(parts) > 1 and all(len(part) <= 500 for part in parts))
        rolled = "".join(reversed(parts)).splitlines()
        check(rolled == lines[-len(rolled):] and len(parts) == 6 or rolled == lines)
        expect(gpusim.run("run", "small.yaml", "--alerts-max", "1 MiB", cwd=folder), 2)
        for old in folder.glob("a.jsonl*"):
            old.unlink()
        expect(gpusim.run("run", "small.yaml", "--alerts", "a.jsonl", "--alerts-max", "500 B",
                          "--alerts-keep", "2", *watch, cwd=folder), 0)
        check(sorted(part.name for part in folder.glob("a.jsonl*")) ==
              ["a.jsonl", "a.jsonl.1", "a.jsonl.2"], "another number of files")
        expect(gpusim.run("run", "small.yaml", "--alerts", "b", "--alerts-keep", "2", cwd=folder), 2)

        # a webhook is told the same, and a run does not care whether anybody listens
        posted = []

        class Listener(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posted.append((self.path, json.loads(body)))
                self.send_response(204 if len(posted) != 2 else 500)
                self.end_headers()

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            url = f"http://127.0.0.1:{server.server_address[1]}/alerts"
            expect(gpusim.run("run", "small.yaml", "--webhook", url, *watch, cwd=folder), 0,
                   stderr="was not taken")
            server.shutdown()
            thread.join()
        check([alert for _, alert in posted] == alerts, str(posted))
        check({path for path, _ in posted} == {"/alerts"})
        expect(gpusim.run("run", "small.yaml", "--webhook", url, *watch, cwd=folder), 0,
               stderr="the run goes on")
        for elsewhere in ("http://10.0.0.1:80/", "https://127.0.0.1:80/", "http://127.0.0.1:0/",
                          "http://127.0.0.1:80x", "http://127.0.0.1: 80", "http://127.0.0.1:+80",
                          "http://127.0.0.1:-18446744073709551536",
                          "http://127.0.0.1:18446744073709551696", "http://127.0.0.1:/80"):
            expect(gpusim.run("run", "small.yaml", "--webhook", elsewhere, cwd=folder), 2,
                   stderr="not posted to")
        check(patience_with_drips(folder, watch) < 6, "a slow listener held the run")


def patience_with_drips(folder, watch):
    """s of a run whose first alert is answered a byte a second; it is lost, the others are not."""
    answer = b"HTTP/1.1 204 No Content\r\n\r\n"

    def drip(connection):
        for byte in answer[:12]:
            time.sleep(1)
            try:
                connection.send(bytes([byte]))
            except OSError:
                break
        connection.close()

    def listen(server):
        threads = []
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                break
            if not threads:
                threads.append(threading.Thread(target=drip, args=(connection,)))
                threads[0].start()
            else:
                with connection, contextlib.suppress(OSError):
                    connection.sendall(answer)
                    while connection.recv(65536):
                        pass
        threads[0].join()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=listen, args=(server,))
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        begin = time.monotonic()
        expect(gpusim.run("run", "small.yaml", "--webhook", url, *watch, cwd=folder), 0,
               stderr="an alert was not taken")
        took = time.monotonic() - begin
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    return took


def test_force_is_for_traces():
    with gpusim.scratch() as folder:
        text = (folder / "small.yaml").read_text(encoding="utf-8")
        expect(gpusim.run("run", "small.yaml", "-o", "small.yaml", "--force", cwd=folder), 4,
               stderr="no trace")
        check((folder / "small.yaml").read_text(encoding="utf-8") == text, "the scenario is gone")
        os.mkfifo(folder / "pipe")
        expect(gpusim.run("run", "small.yaml", "-o", "pipe", "--force", cwd=folder), 4,
               stderr="'pipe' is no file")
        check((folder / "pipe").is_fifo(), "what was no file became one")
        (folder / "empty.h5").touch()
        expect(gpusim.run("run", "small.yaml", "-o", "empty.h5", "--force", cwd=folder), 0)


def test_a_trace_is_not_exported_into_itself():
    with gpusim.scratch() as folder:
        expect(gpusim.run("run", "small.yaml", "-o", "t.h5", cwd=folder), 0)
        old = (folder / "t.h5").read_bytes()
        (folder / "link.h5").symlink_to("t.h5")
        for to in "t.h5", "link.h5":
            expect(gpusim.run("export", "t.h5", "-t", "jobs", "-o", to, "--force", cwd=folder), 4,
                   stderr="is what is read")
        check((folder / "t.h5").read_bytes() == old, "the trace was touched")


def test_a_trace_that_is_none():
    with gpusim.scratch() as folder:
        (folder / "text.h5").write_text("no trace at all\n", encoding="utf-8")
        expect(gpusim.run("info", "text.h5", cwd=folder), 4, stderr="text.h5")
        expect(gpusim.run("info", "nowhere.h5", cwd=folder), 4, stderr="nowhere.h5")
        expect(gpusim.run("info", "small.yaml", cwd=folder), 4, stderr="small.yaml")


def test_a_full_disk():
    def little():
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000_000, 12_000_000))

    with gpusim.scratch() as folder:
        result = gpusim.run("run", "long.yaml", "-o", "t.h5", cwd=folder, preexec_fn=little)
        expect(result, 4, stderr="t.h5")
        result, facts = gpusim.run_json("info", "t.h5", cwd=folder)
        expect(result, 0)
        check(facts["complete"] is False, facts)


def test_a_full_stdout():
    if not os.path.exists("/dev/full"):
        return
    with gpusim.scratch() as folder, open("/dev/full", "w", encoding="utf-8") as full:
        result = subprocess.run([gpusim.PROGRAM, "run", "small.yaml"], cwd=folder, stdout=full,
                                stderr=subprocess.PIPE, env=gpusim.environment(), text=True,
                                check=False)
        check(result.returncode == 4, result.returncode)
        check("stdout" in result.stderr)


sys.exit(gpusim.main(gpusim.this_module()))
