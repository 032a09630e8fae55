"""Responses as ChainForge's inspector exports them, read and written: the spreadsheet, and the same as JSON.

    .xlsx   a sheet with a row for each response: LLM, Prompt, Response, Response Batch Id, "Var: name" for each variable,
            "Eval result: metric" or "Eval result", "Metavar: name"
    .json   its response objects in a list: uid, prompt, responses, llm, vars, metavars, eval_res

Not taken over: flows (`.cforge`), chat histories, pictures, raw queries and token counts, and people's ratings and notes;
grades are computed anew. The template's name travels as the metavariable `prompt_template`.

Source: ianarawjo/ChainForge, `LLMResponseInspector.tsx` (exportToExcel) and `backend/typing.ts` (LLMResponse).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from foyerdoc import storage
from foyerdoc.errors import UsageError
from foyerdoc.experiments.response import Response

_COLUMNS: Final = ("LLM", "Prompt", "Response", "Response Batch Id")
_TEMPLATE: Final = "prompt_template"
_LONGEST: Final = 32_767  # characters of a cell, in UTF-16
_CUT: Final = " ... [a cell holds no more: the whole text is in the .json beside]"


def read(path: Path) -> list[Response]:
    """The responses of a `.xlsx` or `.json` file, without grades.

    Raises:
        UsageError: it is not there, or is neither; the column or object that is missing is named; or a text was cut by `write`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read", hint="name a file that ChainForge exported") from error
    kinds = {".xlsx": _from_sheet, ".json": _from_json}
    if path.suffix not in kinds:
        raise UsageError(f"{path.name} is neither .xlsx nor .json", hint="export the responses of ChainForge's inspector")
    return kinds[path.suffix](content, path.name)


def write(responses: Sequence[Response], path: Path) -> None:
    """Write a `.xlsx` or `.json` file that ChainForge's users know, by the path's ending.

    A cell of a spreadsheet holds no control characters and at most 32,767 others: of a longer text it has the beginning and
    says that the whole is in the `.json` beside. Write both.

    Raises:
        UsageError: the ending is another.
    """
    kinds = {".xlsx": _to_sheet, ".json": _to_json}
    if path.suffix not in kinds:
        raise UsageError(f"{path.name} is neither .xlsx nor .json", hint="name one of the two")
    storage.write_file(path, kinds[path.suffix](responses))


def _from_json(content: bytes, name: str) -> list[Response]:
    hint = "it should be a list of ChainForge's response objects"
    try:
        told = json.loads(content)
        if not isinstance(told, list):
            raise UsageError(f"{name} is no list", hint=hint)
        return [response for one in told for response in _of_object(one)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{name} holds something else than responses", hint=hint) from error


def _of_object(told: dict[str, Any]) -> Iterable[Response]:
    model = told["llm"] if isinstance(told["llm"], str) else told["llm"]["name"]
    about = {name: str(value) for name, value in told.get("metavars", {}).items() if not name.startswith("LLM_")}
    template = about.pop(_TEMPLATE, "")
    variables = {name: str(value) for name, value in told["vars"].items()}
    for text in told["responses"]:
        if not isinstance(text, str):
            raise TypeError("a picture")
        yield Response(model, template, told["prompt"], text, variables, about)


def _to_json(responses: Sequence[Response]) -> bytes:
    told = [
        {
            "uid": _uid(one),
            "prompt": one.prompt,
            "responses": [one.text],
            "llm": one.model,
            "vars": dict(one.variables),
            "metavars": {**one.about, **_template(one)},
            **({"eval_res": {"items": [dict(one.grades)], "dtype": "KeyValue_Numeric"}} if one.grades else {}),
        }
        for one in responses
    ]
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"


def _from_sheet(content: bytes, name: str) -> list[Response]:
    from openpyxl import load_workbook

    try:
        sheet = load_workbook(BytesIO(content), read_only=True, data_only=True).worksheets[0]
        head, *rows = [*sheet.iter_rows(values_only=True)] or [()]
    except Exception as error:  # of a damaged file openpyxl passes on what zip, XML and its own types raise
        raise UsageError(f"{name} is no spreadsheet", hint="export the responses of ChainForge's inspector") from error
    columns = [str(column) for column in head]
    missing = [column for column in _COLUMNS[:3] if column not in columns]
    if missing:
        raise UsageError(f"{name} has no column {missing[0]!r}", hint="export the responses of ChainForge's inspector")
    found = []
    for row in rows:
        # Empty cells at the end of a row are not there.
        cells = dict.fromkeys(columns, "") | {
            column: str(value) for column, value in zip(columns, row, strict=False) if value is not None
        }
        if any(text.endswith(_CUT) for text in cells.values()):
            raise UsageError(
                f"{name} has a text that was cut to fit into its cell", hint="name the .json that was written with it"
            )
        about = _starting(cells, "Metavar: ")
        template = about.pop(_TEMPLATE, "")
        values = _starting(cells, "Var: ")
        found.append(Response(cells["LLM"], template, cells["Prompt"], cells["Response"], values, about))
    return found


def _to_sheet(responses: Sequence[Response]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    rows = [_cells(one) for one in responses]
    columns = list(dict.fromkeys([*_COLUMNS, *(column for row in rows for column in row)]))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in [dict(zip(columns, columns, strict=True)), *rows]:
        values = (row.get(column) for column in columns)
        cells = [WriteOnlyCell(sheet, _fitting(value) if isinstance(value, str) else value) for value in values]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # what begins with "=" is text, never a formula
        sheet.append(cells)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _fitting(text: str) -> str:
    """What a cell can hold of a text."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    raw = ILLEGAL_CHARACTERS_RE.sub("", text).encode("utf-16-le", "surrogatepass")
    if len(raw) <= 2 * _LONGEST:
        return raw.decode("utf-16-le", "replace")
    return raw[: 2 * (_LONGEST - len(_CUT))].decode("utf-16-le", "replace") + _CUT


def _cells(response: Response) -> dict[str, Any]:
    known = dict(zip(_COLUMNS, (response.model, response.prompt, response.text, _uid(response)), strict=True))
    variables = {f"Var: {name}": value for name, value in response.variables.items()}
    grades = {f"Eval result: {name}": value for name, value in response.grades.items()}
    about = {f"Metavar: {name}": value for name, value in {**response.about, **_template(response)}.items()}
    return {**known, **variables, **grades, **about}


def _template(response: Response) -> dict[str, str]:
    return {_TEMPLATE: response.template} if response.template else {}


def _starting(cells: dict[str, str], start: str) -> dict[str, str]:
    return {name.removeprefix(start): value for name, value in cells.items() if name.startswith(start) and value}


def _uid(response: Response) -> str:
    return hashlib.sha256(json.dumps([response.model, response.prompt]).encode()).hexdigest()[:16]
