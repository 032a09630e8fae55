"""Index documents on disk, search them, and ask a question whose answer quotes them."""

import tempfile
from pathlib import Path

import foyerdoc as fd
from foyerdoc import demo

paths = sorted((demo.folder() / "documents").glob("*.pdf"))[:4]
with tempfile.TemporaryDirectory() as folder, fd.Index.open(Path(folder) / "mailbox.index") as index:
    index.add([fd.clean(fd.read(path)) for path in paths])
    for hit in index.search("recherche de fuite", k=3):
        print(f"{hit.score:.3f}  {hit.document_name}  {hit.chunk.text[:70]!r}")

    answer = fd.Chat(index).ask("Jusqu’à quel montant la recherche d’une fuite est-elle prise en charge ?")
    print(answer.text)
    for citation in answer.citations:
        print(f"[{citation.number}] {citation.document_name}, page {citation.page}: {citation.quote}")
