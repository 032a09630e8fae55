"""The HTTP side: one file per subject. A route names the scope that it needs, but for pages, health and what a ticket opens."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from foyerdoc.service.routes import documents, fields, jobs, judgements, openai, operations, pages, questions

ROUTERS: Final[tuple[APIRouter, ...]] = (
    documents.router,
    fields.router,
    jobs.router,
    questions.router,
    judgements.router,
    openai.router,
    operations.router,
    pages.router,
)
