"""Fill a pydantic model from a document; every value points to the characters and the place on the page."""

import foyerdoc as fd
from foyerdoc import demo
from foyerdoc.demo.schemas import InvoiceFields

document = fd.clean(fd.read(demo.folder() / "documents" / "RE-26-00931.pdf"))
extraction = fd.Extractor(InvoiceFields).extract(document)

print(extraction.value.model_dump_json(indent=2) if extraction.value else extraction.issues)
for name, field in extraction.fields.items():
    where = f"page {field.boxes[0].page}, y {field.boxes[0].y0:.0f}" if field.boxes else "-"
    print(f"{name:15} {field.status:10} {field.raw!r:40} {where}")
