"""Every flow of the provider by Authlib, and calls to a receiver made of `standardwebhooks`, against a lab that runs or one of its own.

python run.py                       starts a lab (DOORWARD_LAB names its program)
python run.py --world WORLD         a lab that runs: the file or the address of its world.json (or DOORWARD_WORLD); without the calls,
                                    because it does not know our receiver
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

import company
import deliveries
import described
import flows

PROGRAM = Path(__file__).parents[3] / "target/debug/doorward-lab"


def read(where):
    return requests.get(where, timeout=30).json() if where.startswith("http") else json.loads(Path(where).read_text())


def start_lab(endpoint, tickets):
    """Starts a lab that calls `endpoint` and tells `tickets` what becomes of cases; returns it with what it says of itself."""
    program = os.environ.get("DOORWARD_LAB", str(PROGRAM))
    line = [program, "--json", "--listen", "127.0.0.1:0", "--seed", "7", "--company", endpoint, "--tickets", tickets]
    lab = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    return lab, read(json.loads(lab.stdout.readline())["world"])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--world", default=os.environ.get("DOORWARD_WORLD"))
    options.add_argument("--only", default="")
    wishes = options.parse_args()
    receiver = None if wishes.world else company.Receiver()
    hearer = None if wishes.world else deliveries.Receiver()
    lab, world = start_lab(receiver.endpoint, hearer.endpoint) if receiver else (None, read(wishes.world))
    all_flows = [(flow, (world,)) for flow in flows.ALL]
    if receiver:
        receiver.secret = world["company"]["secret"]
        all_flows += [(flow, (world, receiver)) for flow in company.ALL]
        hearer.secret = world["tickets"]["secret"]
        all_flows += [(flow, (world, hearer)) for flow in deliveries.ALL]
        all_flows += [(flow, (world,)) for flow in described.ALL]
    passed = failed = 0
    try:
        for flow, given in all_flows:
            name = flow.__name__.replace("_", " ")
            if wishes.only not in name:
                continue
            try:
                flow(*given)
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
