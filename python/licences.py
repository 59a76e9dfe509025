"""The licences of the crates that are in the wheel, with their texts: writes THIRD_PARTY_LICENSES.txt.

    python python/licences.py

A crate that may be used under one of several licences is used under MIT if it is among them. Build scripts, procedural
macros and what only tests need are not in the wheel.
"""

import json
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILE = HERE / "THIRD_PARTY_LICENSES.txt"
RULE = "=" * 100 + "\n"


def crates():
    """The packages of others that are linked in, on whatever platform."""
    command = ["cargo", "metadata", "--locked", "--format-version=1", "--manifest-path", HERE / "Cargo.toml"]
    metadata = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    linked, waiting = set(), [metadata["resolve"]["root"]]
    while waiting:
        crate = waiting.pop()
        is_macro = any("proc-macro" in target["kind"] for target in packages[crate]["targets"])
        if crate in linked or is_macro:
            continue
        linked.add(crate)
        for dependency in nodes[crate]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    others = [packages[crate] for crate in linked if packages[crate]["source"] is not None]
    return sorted(others, key=lambda package: (package["name"], package["version"]))


def texts(package):
    """The files that hold its licences."""
    folder = Path(package["manifest_path"]).parent
    files = [it for it in sorted(folder.iterdir()) if re.match(r"(?i)(licen[cs]e|copying|notice|unlicense)", it.name)]
    files = [it for it in files if it.is_file()]
    is_choice = " AND " not in package["license"] and re.search(r" OR |/", package["license"])
    if is_choice and "MIT" in package["license"]:
        files = [it for it in files if "MIT" in it.name.upper()] or files
    return [it.read_text(encoding="utf-8", errors="replace").strip() + "\n" for it in files]


def told():
    """The whole file: each text once, behind the crates that it is of."""
    by_text, without = {}, []
    for package in crates():
        line = f"{package['name']} {package['version']}: {package['license']}\n"
        found = texts(package)
        for text in found:
            by_text.setdefault(re.sub(r"\s+", " ", text), (text, []))[1].append(line)
        if not found:
            without.append(line)
    parts = [f"{RULE}{''.join(lines)}{RULE}\n{text}\n" for text, lines in by_text.values()]
    if without:
        parts.append(f"{RULE}{''.join(without)}{RULE}\nThese come without a text of their own.\n")
    return "The wheel contains the following crates, each under the licences that are named.\n\n" + "".join(parts)


if __name__ == "__main__":
    FILE.write_text(told(), encoding="utf-8")
