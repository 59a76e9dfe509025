"""Runs the sanity tests of ansible-test on the collection as it is installed.

    python python/sanity.py FOLDER [--test pylint]

FOLDER keeps what they install from one run to the next. ansible-test would download a pip from a server of Ansible's own;
here it gets the one of Python, and all packages from PyPI.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import ansible_collections.ansible.utils
import ansible_collections.contrail.fabric

BOOTSTRAP = """
import ensurepip, os, subprocess, sys
ensurepip.bootstrap()
os.environ.pop("PIP_CONFIG_FILE", None)  # which ensurepip has set to nothing
words = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *words]))
"""


def main(folder: Path, words: list[str]) -> int:
    home, tree = folder / "home", folder / "ansible_collections"
    shutil.rmtree(tree, ignore_errors=True)
    # One of the plugins belongs to a collection of others.
    for collection in (ansible_collections.contrail.fabric, ansible_collections.ansible.utils):
        source = Path(*collection.__path__)
        shutil.copytree(source, tree / source.parent.name / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    # Without a repository of its own, what the project's ignores is not looked at.
    subprocess.run(["git", "init", "--quiet", tree / "contrail" / "fabric"], check=True)
    bootstrap = home / ".ansible" / "test" / "cache" / "get_pip_24_2.py"
    bootstrap.parent.mkdir(parents=True, exist_ok=True)
    bootstrap.write_text(BOOTSTRAP, encoding="utf-8")
    # ansible-test hands none of these on.
    settings = {name: os.environ.get(f"PIP_{name.upper()}") for name in ("cert", "index_url")}
    config = home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{name.replace('_', '-')} = {value}\n" for name, value in settings.items() if value]
    config.write_text("".join(["[global]\n", *lines]), encoding="utf-8")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    bin = Path(sys.executable).parent
    return subprocess.run(
        [bin / "ansible-test", "sanity", "--python", version, *words],
        cwd=tree / "contrail" / "fabric",
        env=os.environ | {"HOME": str(home), "PATH": f"{bin}:{os.environ['PATH']}"},
    ).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
