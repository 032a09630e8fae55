"""The Tesseract program: which languages it has, and a page image in, words out.

The program is called directly. It reads the image from its standard input and writes a table to its standard output,
so nothing touches the disk, and it is killed when it overruns its time.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

from foyerdoc.errors import LimitExceeded, MissingDependency, ReadError
from foyerdoc.settings import installed_folder

DEFAULT_LANGUAGES = ("fra", "deu", "eng")
"""What pages are read in unless the caller says otherwise. `ltz` is not among them: docs/scans.md has the figures."""

INSTALL = "apt-get install tesseract-ocr tesseract-ocr-fra tesseract-ocr-deu tesseract-ocr-ltz"

LOCAL_THRESHOLD = ("-c", "thresholding_method=2")
"""Sauvola's method. With one threshold for the whole page, words under a shadow are lost while the others read well."""

GLOBAL_THRESHOLD = ("-c", "thresholding_method=0")
"""Otsu's method, Tesseract's own default: now and then better on faint or coloured pictures."""

_WORD_LEVEL = "5"
_OSD_FIELD = re.compile(r"^(Rotate|Orientation confidence): ([\d.]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Word:
    """One word on the image that Tesseract was given.

    Attributes:
        text: its characters.
        confidence: in 0..1, higher is surer.
        line: block, paragraph and line number, in reading order.
        left, top, width, height: its box in pixels, origin top left.
    """

    text: str
    confidence: float
    line: tuple[int, int, int]
    left: int
    top: int
    width: int
    height: int


def choose_languages(wanted: tuple[str, ...] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The languages to read in, and those of the wanted ones that are not installed.

    Args:
        wanted: Tesseract's codes ("fra"); None for `DEFAULT_LANGUAGES`.

    Raises:
        MissingDependency: the program is not installed, or none of the languages is.
    """
    wanted = wanted or DEFAULT_LANGUAGES
    installed = languages_of(program())
    present = tuple(code for code in wanted if code in installed)
    if not present:
        raise MissingDependency(f"Tesseract has none of the languages {', '.join(wanted)}", hint=INSTALL)
    return present, tuple(code for code in wanted if code not in installed)


def program() -> str:
    """The path of the Tesseract program.

    Raises:
        MissingDependency: it is not installed.
    """
    path = shutil.which("tesseract")
    if path is None:
        raise MissingDependency("reading scans needs the program Tesseract", hint=INSTALL)
    return path


@cache
def languages_of(path: str) -> frozenset[str]:
    """The codes of the languages that a Tesseract program has installed.

    Raises:
        MissingDependency: the program does not run.
    """
    try:
        # Its own flag, no input: a few milliseconds when the installation is whole.
        done = subprocess.run([path, "--list-langs"], capture_output=True, timeout=30, check=True, env=environment())
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingDependency("the program Tesseract is installed but does not run", hint=INSTALL) from error
    return frozenset(line.strip() for line in done.stdout.decode("utf-8", "replace").splitlines()[1:])


def environment() -> dict[str, str]:
    """What Tesseract is started with: its data is a bundle's where there is one, unless the caller names another place."""
    bundled = installed_folder("tessdata")
    return {**({} if bundled is None else {"TESSDATA_PREFIX": str(bundled)}), **os.environ}


def data_folder() -> Path:
    """Where the program has its data.

    Raises:
        MissingDependency: it is not installed or does not run.
    """
    try:
        command = [program(), "--list-langs"]
        done = subprocess.run(command, capture_output=True, timeout=30, check=True, env=environment(), text=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingDependency("the program Tesseract is installed but does not run", hint=INSTALL) from error
    return Path(done.stdout.partition('"')[2].partition('"')[0])


def words_on(
    image: Image.Image, *, dpi: float, languages: tuple[str, ...], deadline: float, threshold: tuple[str, ...] = LOCAL_THRESHOLD
) -> tuple[Word, ...]:
    """Recognise the words on an upright page.

    Args:
        image: mode L.
        dpi: pixels per inch.
        languages: Tesseract's codes, installed ones.
        deadline: on the clock of `time.monotonic`.
        threshold: how ink is told from paper: `LOCAL_THRESHOLD` or `GLOBAL_THRESHOLD`.

    Returns:
        The words in reading order; empty when there are none.

    Raises:
        LimitExceeded: the deadline passed.
        ReadError: Tesseract refused the image.
    """
    table = _run(image, dpi, ("-l", "+".join(languages), *threshold, "tsv"), deadline)
    words = []
    for row in table.splitlines()[1:]:
        fields = row.split("\t", 11)
        if len(fields) < 12 or fields[0] != _WORD_LEVEL:
            continue
        text = "".join(fields[11].split())
        if text:
            block, paragraph, line = (int(number) for number in fields[2:5])
            left, top, width, height = (int(number) for number in fields[6:10])
            confidence = min(max(float(fields[10]) / 100, 0.0), 1.0)
            words.append(Word(text, confidence, (block, paragraph, line), left, top, width, height))
    return tuple(words)


def turn_of(image: Image.Image, *, dpi: float, deadline: float) -> tuple[int, float]:
    """How far a page must be turned clockwise to stand upright, by the shapes of its letters.

    Returns:
        0, 90, 180 or 270 degrees, and Tesseract's own confidence: below 2 it is a guess, on a full page 10 and more.
        (0, 0.0) where it finds too little text to say, or the data file `osd` is missing.

    Raises:
        LimitExceeded: the deadline passed.
    """
    if "osd" not in languages_of(program()):
        return 0, 0.0
    try:
        answer = _run(image, dpi, ("--psm", "0", *LOCAL_THRESHOLD), deadline)
    except ReadError as error:
        if isinstance(error, LimitExceeded):
            raise
        return 0, 0.0  # "too few characters" is an error to the program
    found = dict(_OSD_FIELD.findall(answer))
    return int(float(found.get("Rotate", 0))) % 360, float(found.get("Orientation confidence", 0.0))


def _run(image: Image.Image, dpi: float, arguments: tuple[str, ...], deadline: float) -> str:
    encoded = io.BytesIO()
    image.save(encoded, "PPM")
    seconds = deadline - time.monotonic()
    try:
        if seconds <= 0:
            raise subprocess.TimeoutExpired("tesseract", 0)
        done = subprocess.run(
            [program(), "stdin", "stdout", "--dpi", str(round(dpi)), *arguments],
            input=encoded.getvalue(),
            capture_output=True,
            timeout=seconds,
            check=True,
            # One thread a page: its own threads gain a tenth and cost as much as a second page.
            env={**environment(), "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise LimitExceeded(
            "recognising a page took longer than its time allows", hint="raise Limits.seconds, or lower the resolution"
        ) from error
    except subprocess.CalledProcessError as error:
        raise ReadError(
            f"Tesseract could not read a page image (exit {error.returncode})", hint="look whether the image opens in a viewer"
        ) from error
    return done.stdout.decode("utf-8", "replace")
