#!/bin/sh
# Install foyerdoc from this folder. No network is used.
#     sh install.sh FOLDER [PYTHON]
# FOLDER is made, or is one that this has made before; PYTHON is the interpreter that it is made with (python3), of the version
# that manifest.json names.
set -eu
case ${1:-} in "" | -*)
    echo "sh install.sh FOLDER [PYTHON]" >&2
    exit 2 ;;
esac
target=$1 python=${2:-python3}
unset PYTHONPATH PYTHONHOME # nothing but this folder is installed and run
here=$(cd "$(dirname "$0")" && pwd)
if [ -e "$target" ] && [ ! -f "$target/pyvenv.cfg" ] && { [ ! -d "$target" ] || [ -n "$(ls -A "$target")" ]; }; then
    echo "$target is there and holds something else: name a folder that is not there yet" >&2
    exit 2
fi
# Every file is there and as it was bundled, and no other. Written so that an old Python can say that it is too old.
"$python" -I - "$here" <<'CHECK'
import hashlib
import json
import pathlib
import sys

here = pathlib.Path(sys.argv[1])
try:
    told = json.loads((here / "manifest.json").read_bytes())
    files, version = dict(told["files"]), told["python"]
except (OSError, ValueError, KeyError, TypeError, RecursionError):
    sys.exit("manifest.json is missing or damaged: copy the bundle again")
there = {path.relative_to(here).as_posix(): path for path in here.rglob("*") if path.is_file()}
there.pop("manifest.json")
wrong = [f"{name} is missing" for name in files.keys() - there.keys()]
wrong += [f"{name} is no part of the bundle" for name in there.keys() - files.keys()]
for name in files.keys() & there.keys():
    with there[name].open("rb") as file:
        digest = hashlib.sha256()
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    if digest.hexdigest() != files[name]:
        wrong.append(f"{name} is altered")
if wrong:
    sys.exit("\n".join([*sorted(wrong), "copy the bundle again"]))
if version != "{}.{}".format(*sys.version_info):
    sys.exit(f"the bundle is for Python {version}, this is {sys.version.split()[0]}: name another one behind FOLDER")
CHECK
"$python" -m venv "$target"
"$target/bin/python" -m pip --isolated --disable-pip-version-check install --quiet --no-index --no-deps --require-hashes \
    --find-links "$here/wheels" -r "$here/requirements.txt"
mkdir -p "$target/share/foyerdoc"
cp -R "$here/models" "$here/tessdata" "$here/manifest.json" "$here/sbom.json" "$target/share/foyerdoc/"
chmod -R a+rX "$target/share/foyerdoc"
"$target/bin/foyerdoc" models fetch
"$target/bin/foyerdoc" doctor
