"""Fields of a document that is there, by a schema of the caller's. Those of the owner's schemas come with the document."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from foyerdoc.errors import LimitExceeded
from foyerdoc.extraction import Extractor
from foyerdoc.extraction.jsonschema import from_json_schema
from foyerdoc.extraction.schemas import form_of
from foyerdoc.serialization import as_json
from foyerdoc.service.access import READ, existing
from foyerdoc.service.library import Shelf
from foyerdoc.service.problems import responses
from foyerdoc.service.routes.documents import Id
from foyerdoc.service.routes.questions import json
from foyerdoc.service.throttle import Throttle

router = APIRouter(prefix="/v1", tags=["fields"])

There = Annotated[Shelf, Depends(existing)]
_MOST: Final = 20_000_000
"""Characters to go through, once for each field and each value that it may have: ten seconds without a model."""


class ExtractRequest(BaseModel):
    """What to look for: a JSON Schema, of what of it docs/extraction.md calls understood."""

    wanted: dict[str, Any] = Field(alias="schema")
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "schema": {
                        "type": "object",
                        "properties": {"total": {"type": "number", "description": "Total amount to pay"}},
                    }
                }
            ]
        },
    )


class Extracted(BaseModel):
    """As in a document's result: each field with its value, the characters it stands at, and those."""

    value: dict[str, Any] | None
    fields: dict[str, Any]
    issues: list[str]
    fingerprint: dict[str, Any]


@router.post(
    "/collections/{collection}/documents/{document}/extract",
    summary="Find the fields of a schema",
    dependencies=[READ],
    response_model=Extracted,
    responses=responses(404, 503),
)
def extract(shelf: There, document: Id, asked: ExtractRequest, request: Request) -> Response:
    """In the text of a document or of an attachment. Nothing of it is kept."""
    throttle: Throttle = request.app.state.throttle
    read = shelf.text(document)
    with throttle.answering(), throttle.computing():
        schema = from_json_schema(asked.wanted)
        if len(read.text) * sum(1 + len(leaf.choices) for leaf in form_of(schema).leaves) > _MOST:
            raise LimitExceeded("the document is too long for so many fields", hint="ask for some of them at a time")
        found = Extractor(schema, shelf.library.configuration.model).extract(read)
    return json(as_json(found))
