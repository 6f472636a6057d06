#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs meson's tests and ends with one line: N passed, N failed, N skipped.

usage: tools/run-tests.py BUILD [arguments of `meson test`]
"""
import json
import os
import subprocess
import sys


def main():
    build, arguments = sys.argv[1], sys.argv[2:]
    meson = "/usr/bin/meson" if os.access("/usr/bin/meson", os.X_OK) else "meson"
    log = os.path.join(build, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.remove(log)  # a run that dies early must not be judged by the last one
    status = subprocess.call(
        [meson, "test", "-C", build, "--no-rebuild", "--print-errorlogs", *arguments]
    )

    passed = failed = skipped = 0
    lines = []
    if os.path.exists(log):
        with open(log, encoding="utf-8") as results:
            for line in results:
                test = json.loads(line)
                name = test["name"].split(" / ")[-1]
                if test["result"] in ("OK", "EXPECTEDFAIL"):
                    passed += 1
                elif test["result"] == "SKIP":
                    skipped += 1
                    said = (test.get("stdout") or "").strip().splitlines()
                    reason = next((l for l in said if l.startswith("skipped")), "skipped")
                    lines.append(f"{name}: {reason}")
                else:
                    failed += 1
                    lines.append(f"{name}: {test['result']}")
    print()
    for line in lines:
        print(line)
    if passed + failed == 0:
        print("no test ran")
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 0 if status == 0 and failed == 0 and passed > 0 else 1


sys.exit(main())
