# SPDX-License-Identifier: GPL-3.0-or-later
"""A live view: on a terminal of its own that is as it was afterwards, and as lines elsewhere."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import gpusim
from gpusim import check, expect


class Terminal:
    """gpusim watch on a terminal: what it has written, and the terminal's settings."""

    def __init__(self, folder, *arguments, rows=24, columns=80, **more):
        self.ours, self.theirs = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.theirs)
        self.written = ""
        self.program = subprocess.Popen(
            [gpusim.PROGRAM, "watch", *arguments], cwd=folder, stdin=self.theirs,
            stdout=self.theirs, stderr=self.theirs, start_new_session=True,
            env=gpusim.environment(**{"TERM": "xterm", "LC_ALL": "C.UTF-8", **more}))

    def resize(self, rows, columns):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        while select.select([self.ours], [], [], 0.05)[0]:
            self.written += os.read(self.ours, 65536).decode("utf-8", "replace")

    def until(self, words, seconds=60):
        """Reads until these words have been written."""
        end = time.monotonic() + seconds
        while words not in self.written:
            check(time.monotonic() < end, repr(words), "did not come:", self.written[-3000:])
            self.read()

    def press(self, key):
        os.write(self.ours, key.encode())

    def end(self):
        """Its exit code; the terminal has to be as it was."""
        end = time.monotonic() + 60
        while self.program.poll() is None:
            check(time.monotonic() < end, "it does not end")
            self.read()
        self.read()
        check(termios.tcgetattr(self.theirs) == self.before, "the terminal is not as it was")
        check(self.written.count("\x1b[?1049h") == self.written.count("\x1b[?1049l") == 1, "screen")
        check(self.written.count("\x1b[?25l") == self.written.count("\x1b[?25h") == 1, "cursor")
        os.close(self.ours)
        os.close(self.theirs)
        return self.program.returncode

    def frames(self):
        """Frames as lists of lines without their styles."""
        drawn = self.written.split("\x1b[?1049l")[0].split("\x1b[H")[1:]
        return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", frame).split("\n") for frame in drawn]


def ck_size(frame, rows, columns):
    check(len(frame) <= rows, len(frame), "lines")
    check(all(len(line) < columns for line in frame), frame)


def test_a_run_on_a_terminal():
    with gpusim.scratch() as folder:
        seen = Terminal(folder, "by-hand.yaml", "--speed", "max", "-o", "watched.h5")
        seen.until("q: end\x1b[0m\x1b[K\x1b[J")
        seen.until(" over: ")
        seen.press("q")
        check(seen.end() == 0, "exit")
        last = seen.frames()[-1]
        ck_size(last, 24, 80)
        text = "\n".join(last)
        for words in ("by-hand: fifo", "1.667 h of 1.667 h", "2 up", "0 of 4 held",
                      "0 running, 0 waiting, 3 ended, 0 of them failed", "hottest GPU",
                      "job 1: 4 GPUs from n-0000", "most 4 GPUs"):
            check(words in text, words, "is not in", text)
        check("makespan" in seen.written.split("\x1b[?1049l")[1], "no summary")
        # it was watched, and nothing else
        expect(gpusim.run("run", "by-hand.yaml", "-o", "run.h5", "--quiet", cwd=folder), 0)
        digests = [gpusim.run("info", name, "--digest", cwd=folder).stdout
                   for name in ("watched.h5", "run.h5")]
        check(digests[0] == digests[1] != "", digests)


def test_keys_sizes_and_signals():
    with gpusim.scratch() as folder:
        seen = Terminal(folder, "by-hand.yaml", "--speed", "60", rows=10, columns=30)
        seen.until("by-hand: fifo")
        seen.press(" ")
        seen.until("paused: ")
        seen.resize(60, 200)
        seen.until("as fast as it goes")
        frames = seen.frames()
        ck_size(frames[0], 10, 30)
        check(any(len(frame) > 24 for frame in frames), "it did not grow")
        os.kill(seen.program.pid, signal.SIGINT)
        check(seen.end() == 130, "exit", seen.program.returncode)
        check("ended early" in seen.written, seen.written[-2000:])
        # signs that every terminal has, where the locale knows no others
        seen = Terminal(folder, "by-hand.yaml", "--speed", "100", LC_ALL="C")
        seen.until("##")
        seen.press("m")
        seen.until(" over: ")
        seen.press("q")
        check(seen.end() == 0 and seen.written.isascii(), "signs")


def test_who_waits():
    with gpusim.scratch() as folder:
        (folder / "retries.yaml").write_text(
            "gpusim: 1\nname: retries\nduration: 10 h\n"
            "cluster: {nodes: [{name: n, gpus: 2}]}\n"
            "workload: [{jobs: [{gpus: 2, duration: 1 h, profile: {retries: 0}},"
            " {gpus: 2, duration: 20 h}, {gpus: 1, duration: 1 h}]}]\n"
            "chaos: [{fault: job-crash, target: {node: n-0000}, at: 30 min}]\n", encoding="utf-8")
        result = expect(gpusim.run("watch", "retries.yaml", cwd=folder), 0)
        # the first has failed for good, the second runs
        check("1 h: 2 of 2 GPUs held, 1 jobs running, 1 waiting, 1 ended" in result.stdout,
              result.stdout)


def test_a_window_that_is_closed():
    with gpusim.scratch() as folder:
        seen = Terminal(folder, "by-hand.yaml", "--speed", "1")
        seen.until("by-hand: fifo")
        os.close(seen.ours)
        os.close(seen.theirs)
        seen.program.wait(60)


def test_what_goes_wrong_is_told():
    with gpusim.scratch() as folder:
        seen = Terminal(folder, "crash-and-wait.yaml", "--speed", "max")
        seen.until(" over: ")
        seen.press("q")
        check(seen.end() == 0, "exit")
        text = "\n".join("\n".join(frame) for frame in seen.frames())
        for words in ("b-0000 is down", "b-0000 is up", "job 0 loses its GPUs: node_fail"):
            check(words in text, words, text[-2000:])


def test_lines():
    with gpusim.scratch() as folder:
        result = expect(gpusim.run("watch", "crash-and-wait.yaml", cwd=folder), 0)
        lines = [line for line in result.stdout.splitlines() if "GPUs held" in line]
        check(len(lines) == 20, result.stdout)
        check(lines[4].startswith("20 min: ") and "1 waiting" in lines[4] and "1 of 2 nodes up" in
              lines[4], lines[4])
        check("\x1b" not in result.stdout, "sequences")
        for words, said in ((["--speed", "fast"], "--speed wants a number"),
                            (["--speed", "-1"], "--speed wants a number"),
                            (["--until", "soon"], "--until wants a time")):
            expect(gpusim.run("watch", "by-hand.yaml", *words, cwd=folder), 2, stderr=said)
        expect(gpusim.run("watch", "nowhere.yaml", cwd=folder), 4, stderr="nowhere.yaml")


sys.exit(gpusim.main(gpusim.this_module()))
