"""Clean a document, cut it into chunks, and follow a chunk back to the text as read."""

import foyerdoc as fd
from foyerdoc import demo

read = fd.read(demo.folder() / "documents" / "CG-Habitation-2026.pdf")
document = fd.clean(read)
print(f"{len(read.text)} characters as read, {len(document.text)} clean")
for issue in document.issues:
    print("note:", issue.message)

chunks = fd.chunk(document, max_tokens=160, overlap=20)
print(len(chunks), "chunks, the largest of", max(chunk.n_tokens for chunk in chunks), "tokens")

chunk = next(chunk for chunk in chunks if "recherche de la fuite" in chunk.text)
print("headings:", " > ".join(chunk.headings), "| pages:", *chunk.pages)
print(chunk.text)

origin = document.origin(chunk.span)
print("as read:", repr(read.text[origin.start : origin.end][:120]))
