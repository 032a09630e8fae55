"""All responses of a matrix beside each other, as one page that loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from foyerdoc.evaluation.pages import Html, heading, page, paragraph, table
from foyerdoc.experiments.response import Response

_OPEN = 300  # characters that are shown without unfolding


def grid(responses: Sequence[Response], title: str) -> bytes:
    """The page: the mean grades of each prompt and model, then for each prompt its values by models."""
    models = list(dict.fromkeys(one.model for one in responses))
    templates = list(dict.fromkeys(one.template for one in responses))
    parts = [_means(responses, templates, models)]
    for template in templates:
        own = [one for one in responses if one.template == template]
        parts += [heading(template or "imported"), _table(own, models)]
    return page(title, f"{len(responses)} responses of {len(models)} models to {len(templates)} prompts", parts)


def _means(responses: Sequence[Response], templates: Sequence[str], models: Sequence[str]) -> Html:
    metrics = list(dict.fromkeys(name for one in responses for name in one.grades))
    if not metrics:
        return paragraph("Nothing was expected, so nothing is graded.", "faint")
    rows = []
    for template in templates:
        for model in models:
            own = [one for one in responses if (one.template, one.model) == (template, model) and one.grades]
            if own:
                means = [f"{sum(one.grades[name] for one in own) / len(own):.3f}" for name in metrics]
                rows.append([template or "imported", model, len(own), *means])
    return table(["prompt", "model", "graded", *metrics], rows, caption="Mean grades, 0 to 1", words=2)


def _table(responses: Sequence[Response], models: Sequence[str]) -> Html:
    variables = list(dict.fromkeys(name for one in responses for name in one.variables))
    asked = list(dict.fromkeys(one.prompt for one in responses))
    rows = []
    for prompt in asked:
        own = [one for one in responses if one.prompt == prompt]
        said = [Html("".join(_cell(one) for one in own if one.model == model)) for model in models]
        rows.append([*(own[0].variables.get(name, "") for name in variables), *said])
    columns = [*variables, *models]
    return table(columns, rows, words=len(columns))


def _cell(response: Response) -> str:
    grades = ", ".join(f"{name} {value:.2f}" for name, value in response.grades.items())
    return _shown(response.text).text + (f'<p class="faint">{escape(grades)}</p>' if grades else "")


def _shown(text: str) -> Html:
    """A text; of a long one the beginning, and the rest when it is unfolded."""
    if len(text) <= _OPEN:
        return Html(f"<pre>{escape(text)}</pre>")
    return Html(f"<details><summary>{escape(text[:_OPEN])}…</summary><pre>{escape(text)}</pre></details>")
