#!/bin/sh
# Write deploy/locks/ anew from pyproject.toml and constraints.txt, with uv (pip install uv). LINKS is a folder or page with
# torch's CPU wheel.
#     LINKS=... sh deploy/lock.sh
set -eu
: "${LINKS:?a folder or page with the CPU wheel of torch}"
cd "$(dirname "$0")/.."
trap 'rm -f deploy/locks/build.in deploy/locks/cpu.in' EXIT
echo hatchling > deploy/locks/build.in
torch=$(sed -n 's/^torch==//p' constraints.txt)
echo "torch==${torch:?it is not pinned in constraints.txt}+cpu" > deploy/locks/cpu.in
# Without --upgrade uv keeps what the old locks say, an entry that was written by hand with too few hashes included.
set -- --upgrade --extra ocr --extra ray --extra server --extra postgres --extra experiments -c constraints.txt \
    --generate-hashes --python-version 3.11.7 --python-platform x86_64-manylinux_2_28 --no-header --no-annotate --quiet
uv pip compile pyproject.toml deploy/locks/build.in deploy/locks/cpu.in --find-links "$LINKS" --extra cpu "$@" \
    -o deploy/locks/cpu.txt
uv pip compile pyproject.toml deploy/locks/build.in --extra gpu "$@" -o deploy/locks/gpu.txt
