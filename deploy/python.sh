#!/bin/sh
# foyerdoc with its models in /opt/foyerdoc, every package pinned and checked by its hash. In a copy of the repository, as root:
#     sh deploy/python.sh cpu|gpu
# What pip needs to know of the network is in its own variables. For cpu, PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL names the place
# of torch's CPU wheels, which the general index does not have.
set -eu
umask 022 # others than root run it
here=$(cd "$(dirname "$0")/.." && pwd)
lock=$here/deploy/locks/${1:?cpu or gpu}.txt
home=/opt/foyerdoc
install() {
    "$home/bin/python" -m pip install --disable-pip-version-check --no-cache-dir --no-deps --no-build-isolation "$@"
}
python3 -m venv "$home"
# First what langdetect is built with, which has no wheel: pip would take the newest of it, unchecked.
grep -q '^setuptools==' "$lock"
sed -n '/^setuptools==/,/[^\\]$/p' "$lock" | install --require-hashes -r /dev/stdin
install --require-hashes -r "$lock"
install "$here"
# The two embedded models, converted once: containers may be read-only.
FOYERDOC_CACHE=$home/cache "$home/bin/foyerdoc" models fetch
chmod -R a+rX "$home/cache" # what is renamed into place was made for its owner alone
