#!/bin/sh
# Install foyerdoc from this folder. No network is used.
#     sh install.sh FOLDER [PYTHON]
# FOLDER is made; PYTHON is the interpreter that it is made with (python3), of the version that manifest.json names.
set -eu
if [ $# -lt 1 ]; then
    echo "sh install.sh FOLDER [PYTHON]" >&2
    exit 2
fi
unset PYTHONPATH PYTHONHOME # nothing but this folder is installed and run
here=$(cd "$(dirname "$0")" && pwd)
(cd "$here" && sha256sum --check --quiet SHA256SUMS)
"${2:-python3}" -m venv "$1"
"$1/bin/python" -m pip --isolated --disable-pip-version-check install --quiet --no-index --no-deps --require-hashes \
    --find-links "$here/wheels" -r "$here/requirements.txt"
mkdir -p "$1/share/foyerdoc"
cp -R "$here/models" "$here/tessdata" "$here/manifest.json" "$here/sbom.json" "$1/share/foyerdoc/"
chmod -R a+rX "$1/share/foyerdoc"
"$1/bin/foyerdoc" models fetch
"$1/bin/foyerdoc" doctor
