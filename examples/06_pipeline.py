"""The whole way in one call: read, clean, classify, extract and index a folder."""

import tempfile
from pathlib import Path

import foyerdoc as fd
from foyerdoc import demo
from foyerdoc.demo.schemas import SCHEMAS

taxonomy = fd.Taxonomy.load(demo.folder() / "taxonomy.json")
paths = sorted((demo.folder() / "documents").glob("[mrs]*"))

with tempfile.TemporaryDirectory() as folder, fd.Index.open(Path(folder) / "mailbox.index") as index:
    pipeline = fd.Pipeline(taxonomy, SCHEMAS, index=index)
    for outcome in pipeline.run(paths):
        if outcome.error is not None:
            print(outcome.name, "failed:", outcome.error)
        if outcome.prediction is not None:
            print(outcome.name, "->", " / ".join(outcome.prediction.path) or "left open")
        if outcome.extraction is not None:
            found = {name: field.raw for name, field in outcome.extraction.fields.items() if field.status == "found"}
            print("   ", found)
    print(len(index.documents()), "documents in the index")
