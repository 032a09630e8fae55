"""The HTTP side: one file per subject. Every route but those of `operations` and `pages` names the scope that it needs."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from foyerdoc.service.routes import documents, jobs, openai, operations, pages, questions

ROUTERS: Final[tuple[APIRouter, ...]] = (
    documents.router,
    jobs.router,
    questions.router,
    openai.router,
    operations.router,
    pages.router,
)
