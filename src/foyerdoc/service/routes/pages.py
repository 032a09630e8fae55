"""The application in the browser: plain files, which anybody may load; what they ask for needs a key."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Response

from foyerdoc.service.problems import Problem

router = APIRouter(include_in_schema=False)

_KINDS: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FILES: Final = {
    one.name: one.read_bytes()
    for one in files("foyerdoc.service").joinpath("page").iterdir()
    if one.name[one.name.rfind(".") :] in _KINDS
}


@router.get("/")
def home() -> Response:
    """The page."""
    return page("index.html")


@router.get("/page/{name}")
def page(name: str) -> Response:
    """One of its files."""
    if name not in _FILES:
        raise Problem(404, "not_found", "there is no such file", hint="open /")
    kind = _KINDS[name[name.rfind(".") :]]
    return Response(_FILES[name], media_type=f"{kind}; charset=utf-8", headers={"Cache-Control": "no-cache"})
