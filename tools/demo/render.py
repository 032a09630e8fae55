"""Render the demo's mailbox: `python tools/demo/render.py`.

Reads `sources/*.md` and `questions.yaml` beside this file; writes `documents/` and `truth.json` in `src/foyerdoc/demo`,
or in the folder given as the only argument. The same sources give the same bytes on one set of library versions
(those of constraints.txt). Needs the DejaVu fonts (Debian: fonts-dejavu-core).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import office
import pdf
import scan
import source as sources
import web
import yaml

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "src" / "foyerdoc" / "demo"


def main(target: Path) -> None:
    """Render everything into a folder; documents there that have no source are deleted."""
    loaded = {path.stem: sources.load(path) for path in sorted((HERE / "sources").glob("*.md"))}
    mailbox = sorted((s for s in loaded.values() if not s.get("attachment")), key=lambda source: source.get("file"))
    documents = target / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    for old in documents.iterdir():
        if old.name not in {source.get("file") for source in mailbox}:
            old.unlink()
    for source in mailbox:
        attached = [loaded[name] for name in source.strings("attach")]
        (documents / source.get("file")).write_bytes(render(source, attached))
    truth = {
        "documents": {
            source.get("file"): _truth(source)
            | {"attachments": {loaded[name].get("file"): _truth(loaded[name]) for name in source.strings("attach")}}
            for source in mailbox
        },
        "questions": yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8")),
    }
    text = json.dumps(truth, ensure_ascii=False, indent=2)
    (target / "truth.json").write_text(text + "\n", encoding="utf-8")


def render(source: sources.Source, attached: list[sources.Source]) -> bytes:
    """The bytes of one document, in the format that its file name says."""
    ending = source.get("file").rsplit(".", maxsplit=1)[1]
    if ending == "pdf":
        printed = pdf.render(source)
        how = source.mapping("scan")
        return scan.render(printed, angle=float(str(how["angle"])), seed=int(str(how["seed"]))) if how else printed
    if ending == "docx":
        return office.document(source)
    if ending == "xlsx":
        return office.sheet(source)
    if ending == "html":
        return web.page(source)
    if ending == "eml":
        return web.mail(source, [(child.get("file"), pdf.render(child)) for child in attached])
    return source.body.replace("\n", "\r\n").encode(source.get("encoding"))


def _truth(source: sources.Source) -> dict[str, object]:
    fields: dict[str, dict[str, str]] = {}
    for name, given in source.mapping("fields").items():
        raw, value = given if isinstance(given, list) else (given, given)
        # White space in `raw` is plain: readers differ in what they make of a no-break space. An IBAN's value is its
        # electronic form, without the spaces of the printed one.
        fields[name] = {
            "raw": str(raw),
            "value": str(value).replace(" ", "") if name.endswith("iban") else str(value),
        }
    return {
        "path": source.strings("label"),
        "languages": source.strings("languages"),
        "scanned": bool(source.mapping("scan")),
        "fields": fields,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
