# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the shipped scenarios, as written and with every default, against the JSON Schema."""
import json
import pathlib
import re
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

printer, folder = sys.argv[1:]


def output(*arguments):
    return subprocess.run([printer, *arguments], check=True, capture_output=True, text=True).stdout


def texts(value):
    """JSON has no other keys than texts."""
    if isinstance(value, dict):
        return {str(key): texts(inner) for key, inner in value.items()}
    return [texts(inner) for inner in value] if isinstance(value, list) else value


schema = json.loads(output())
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
wrong = 0


class Loader(yaml.SafeLoader):
    """Words as gpusim and YAML 1.2 read them: `on` is a word, and only true and false are not."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def load(text):
    return yaml.load(text, Loader)


scenarios = sorted(pathlib.Path(folder).rglob("*.yaml"))
for path in scenarios:
    for what, text in ("as written", path.read_text()), ("effective", output(str(path))):
        for error in validator.iter_errors(texts(load(text))):
            print(f"{path} ({what}): {list(error.absolute_path)}: {error.message[:300]}")
            wrong += 1

# and it refuses what is wrong
for mistake in ({"sed": 1}, {"seed": "x"}, {"duration": 30}, {"duration": "30 W"}, {"name": []}):
    good = texts(load(scenarios[0].read_text()))
    if validator.is_valid({**good, **mistake}):
        print(f"accepted: {mistake}")
        wrong += 1
print(f"{len(scenarios)} scenarios, {wrong} mistakes")
sys.exit(wrong > 0 or not scenarios)
