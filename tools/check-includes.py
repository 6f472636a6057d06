#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that includes run along the arrows of the house: which room may know which.

usage: tools/check-includes.py            (from anywhere)
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# room: the rooms of libgpusim it may include; every room knows the installed headers and itself
ARROWS = {
    "base": set(),
    "engine": {"base"},
    "stats": {"base"},
    "cluster": {"base"},
    "workload": {"base"},
    "physics": {"base", "cluster"},
    "chaos": {"base", "cluster"},
    "telemetry": {"base", "cluster"},
    "calibrate": {"base", "stats", "cluster", "physics", "workload"},
    "policy": {"base"},
    "trace": {"base", "stats"},
}
BELOW_CORE = {
    "base", "engine", "stats", "cluster", "physics", "chaos", "telemetry", "workload", "policy",
    "detect",
}
ARROWS["core"] = BELOW_CORE
ARROWS["scenario"] = BELOW_CORE | {"core"}
ARROWS["detect"] = {"base", "stats", "telemetry", "workload", "calibrate"}
ARROWS["study"] = BELOW_CORE | {"core"}
ARROWS["story"] = {"base", "study"}
ARROWS["plot"] = {"base", "stats", "study"}

# libraries that only some rooms may name
LIBRARIES = {
    "yaml.h": {"scenario"},
    "hdf5.h": {"trace", "examples"},
    "hdf5_hl.h": {"trace"},
    "zlib.h": {"base", "workload", "trace"},
    "glpk.h": {"schedulers"},
    "xgboost/": {"analysis"},
    "jansson.h": {"sim", "scenario"},
    "gsl/": {"include", "base", "stats", "study", "physics", "calibrate", "analysis", "examples"},
    "xxhash.h": {"base", "trace"},
    "uthash.h": {"base", "policy", "core", "scenario", "workload"},
}

# the one table of the built-in modules of a folder
REGISTRIES = {
    ("policy", "../schedulers/registry.h"),
    ("detect", "../analysis/detectors/registry.h"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def room_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "libgpusim" else parts[0]


def complain(path, text, position, message):
    line = text.count("\n", 0, position) + 1
    print(f"{path.relative_to(ROOT)}:{line}: {message}")


def check(path):
    text = path.read_text(encoding="utf-8")
    room = room_of(path)
    wrong = 0
    for match in INCLUDE.finditer(text):
        kind, name = match.groups()
        problem = None
        if kind == '"':
            target = name.split("/")[0] if "/" in name else room
            if room == "include":
                problem = "installed headers include nothing that is not installed"
            elif (room, name) in REGISTRIES:
                pass
            elif room in ARROWS:
                if target != room and target not in ARROWS[room]:
                    problem = f"{room} must not know {target}"
            elif room in ("schedulers", "analysis", "examples", "sim"):
                if target != room and target not in ("detectors",):
                    problem = f"{room} sees installed headers only"
        else:
            for library, rooms in LIBRARIES.items():
                exactly = name.startswith(library) if library.endswith("/") else name == library
                if exactly and room not in rooms:
                    problem = f"<{name}> belongs to {', '.join(sorted(rooms))}"
        if problem:
            complain(path, text, match.start(), f"{problem}: {name}")
            wrong += 1
    return wrong


def main():
    wrong = 0
    for folder in ("libgpusim", "schedulers", "analysis", "sim", "examples"):
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            wrong += check(path)
    return 1 if wrong else 0


sys.exit(main())
