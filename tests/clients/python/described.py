"""The JSON API, asked by a program that knows nothing of it but its description: `schemathesis` reads `openapi.json`, makes calls of it
that fit and calls that do not, and holds every answer against it.

It comes with the lab's own token, that has every scope which a machine may have. Run last: it calls cases fraud.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# The longest that all of it may take.
PATIENCE = 240
EXAMPLES = 20

# Where an answer other than the usual is right:
# - what fits the form may name a purpose, a connector or a cursor that there is not (422), something that is past (409), or too much (429);
# - a key for calls sent twice is any text to the description, and 1 to 255 visible characters in truth (400): the program takes numbers
#   in headers for something else than text, and everything there is text;
# - what does not fit may be turned away for what the caller may not do before it is read.
SETTINGS = """
seed = 7
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "304", "400", "401", "403", "404", "409", "422", "502", "503"]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "502", "503"]
missing_required_header.expected-statuses = ["400", "401", "403", "404", "415", "422"]
"""


def answers_keep_to_the_description(world):
    api = world["doorward"]["api"].rstrip("/")
    token = world["doorward"]["tokens"][0]["token"]
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "schemathesis.toml"
        settings.write_text(SETTINGS)
        ran = subprocess.run(
            [
                str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(settings), "run", f"{api}/openapi.json",
                "--url", api, "--header", f"Authorization: Bearer {token}", "--checks", "all",
                "--max-examples", str(EXAMPLES), "--no-color", "--continue-on-failure",
                # It never ends while its case lives; `tests/api/journey.rs` reads it.
                "--exclude-operation-id", "followCase",
            ],
            cwd=folder, capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, "NO_COLOR": "1"},
        )
    assert ran.returncode == 0, ran.stdout[-30000:] + ran.stderr[-2000:]


ALL = [answers_keep_to_the_description]
