"""Every flow of the provider by Authlib, against a lab that runs or one of its own.

python run.py                       starts a lab (DOORWARD_LAB names its program)
python run.py --world WORLD         a lab that runs: the file or the address of its world.json (or DOORWARD_WORLD)
python run.py --only TEXT           flows whose name holds TEXT
"""

import argparse
import json
import os
import subprocess
import sys
import traceback
from pathlib import Path

import requests

import flows

PROGRAM = Path(__file__).parents[3] / "target/debug/doorward-lab"


def read(where):
    return requests.get(where, timeout=30).json() if where.startswith("http") else json.loads(Path(where).read_text())


def start_lab():
    """Starts a lab; returns it with what it says of itself."""
    program = os.environ.get("DOORWARD_LAB", str(PROGRAM))
    lab = subprocess.Popen([program, "--json", "--listen", "127.0.0.1:0", "--seed", "7"], stdout=subprocess.PIPE, text=True)
    return lab, read(json.loads(lab.stdout.readline())["world"])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--world", default=os.environ.get("DOORWARD_WORLD"))
    options.add_argument("--only", default="")
    wishes = options.parse_args()
    lab, world = (None, read(wishes.world)) if wishes.world else start_lab()
    passed = failed = 0
    try:
        for flow in flows.ALL:
            name = flow.__name__.replace("_", " ")
            if wishes.only not in name:
                continue
            try:
                flow(world)
                passed += 1
                print(f"ok      {name}", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
    finally:
        if lab:
            lab.terminate()
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
