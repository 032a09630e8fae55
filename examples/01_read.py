"""Read a file: its text, its blocks, and where any stretch of it stands on the page."""

import foyerdoc as fd
from foyerdoc import demo
from foyerdoc.documents import Span

document = fd.read(demo.folder() / "documents" / "rapport-exp-26-0412.pdf")
print(document.name, document.media_type, document.language, f"{len(document.pages)} pages")

for block in document.blocks[:8]:
    first_line = document.text[block.span.start : block.span.end].split("\n")[0]
    print(f"  page {block.page}  {block.kind:10} {first_line[:70]}")

start = document.text.index("3 912,46")
for box in document.boxes(Span(start, start + len("3 912,46 €"))):
    print(f"the indemnity stands on page {box.page} at x {box.x0:.0f} to {box.x1:.0f}, y {box.y0:.0f} to {box.y1:.0f} points")

mail = fd.read(demo.folder() / "documents" / "remboursement-soins.eml")
for attached in mail.attachments:
    print(mail.name, "holds", attached.name, "-", len(attached.text), "characters")

for issue in (*document.issues, *mail.issues):
    print("note:", issue.code, issue.message)
