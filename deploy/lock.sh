#!/bin/sh
# Write deploy/locks/ anew from pyproject.toml and constraints.txt, with uv (pip install uv). LINKS is a folder or page with
# torch's CPU wheel.
#     LINKS=... sh deploy/lock.sh
set -eu
cd "$(dirname "$0")/.."
common="--extra ocr --extra ray --extra server --extra postgres --extra experiments -c constraints.txt --generate-hashes --python-version 3.11.7 --python-platform x86_64-manylinux_2_28"
quiet="--no-header --no-annotate --quiet"
echo hatchling > deploy/locks/build.in
echo "torch==$(sed -n 's/^torch==//p' constraints.txt)+cpu" > deploy/locks/cpu.in
uv pip compile pyproject.toml deploy/locks/build.in deploy/locks/cpu.in --find-links "$LINKS" --extra cpu $common $quiet -o deploy/locks/cpu.txt
uv pip compile pyproject.toml deploy/locks/build.in --extra gpu $common $quiet -o deploy/locks/gpu.txt
rm deploy/locks/build.in deploy/locks/cpu.in
