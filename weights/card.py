"""The model card: what a weights file is, made of what, how well it reads. No date: it can be made again."""

from collections.abc import Mapping
from pathlib import Path

import torch

from display_node.network import Network
from weights import pens, pool
from weights.evaluate import BINS, Result
from weights.files import replace
from weights.zoo import Plan

MEASURED = {
    "mnist": "MNIST, test part",
    "pens": "pens, writers never trained on",
    "legacy": "the same pens, drawn without anti-aliasing straight into 32×32 pixels",
    "none": "no digits: letters, shapes and scribbles of kinds never trained on",
}

CARD = """\
# {name}

Reads one handwritten digit from a {side}×{side} picture: {title}.
{parameters} parameters in {layers}. Made by `python -m weights.train --network {name}`,
which also writes this card.

| measured on | pictures | right | doubted | calibration error |
|---|---|---|---|---|
{rows}

Measured by the finished network, through this very file (`python -m weights.evaluate --data …`). Right: read
as what is meant; what is no digit is right where it is doubted. Doubted: not sure that it is a digit.
Calibration error: confidence less accuracy in {bins} bins. Recipes are compared, and temperature
({temperature:.2f}) and threshold ({threshold:.2f}) chosen, on a tuning part of the *training* data; how
often a finished run was measured on the pictures above, and what came of it, is in CHANGELOG.md.

## Data

- **MNIST** (Y. LeCun, C. Cortes, C. Burges): {scanned:,} of the 60,000 of the training part, the others to
  tune by. Two more pixels on each side make its 28×28 our 32×32; it is framed alike already.
- **Pen-Based Recognition of Handwritten Digits** (E. Alpaydin, F. Alimoglu; UCI Machine Learning Repository,
  CC BY 4.0): real strokes of 30 writers, rasterised by the same function as the station's. Split by writer:
  {unseen} are only for measuring, {tuning} to tune by.
- **Templates** (`weights/templates.toml`), drawn by us: each digit in the ways in which people write it, and
  letters, shapes and scribbles that are no digits. Those measured above are of kinds kept out of training.

No data set is part of this project; `weights/sources.py` finds or fetches the two and checks their digests.

## Recipe

{recipe}

Each drawing is bent, turned, slanted, stretched, shaken and hurried (`weights/jitter.py`), inked with nibs
from thin to thick, some without anti-aliasing (`weights/inking.py`). Then, anew in every epoch, every picture
is shifted, scaled, turned, sheared and waved, some are made thicker or thinner, harder-edged or paler
(`weights/warp.py`). What is no digit is told apart by an eleventh sum that is always zero
(`lesson` in `weights/train.py`). Batch normalisation helps while training and is folded into the
convolutions before the file is written. The file holds running averages of the weights, halfway between the
ends of both cycles of the learning rate (`epochs`, `finish`). torch {torch}; the same seed gives the same
network on the same kind of processor with the same number of threads, as long as the code is the same:
CHANGELOG.md says what has changed since.

## Limits

It knows digits as people wrote them in the United States and Turkey in the 1990s, and as we thought of: ways
of writing that are rare there are read less surely. Letters that look like digits (O, l, S, Z, b, q) are read
as digits.

## What is taken for what

Down what is meant, across what is read; a dot for none.

{confusions}
"""


def write(
    path: Path,
    plan: Plan,
    recipe: Mapping[str, object],
    network: Network,
    results: Mapping[str, Result],
) -> None:
    """Put the card of `network` at `path`; `results` by the names of `MEASURED`."""
    text = CARD.format(
        name=path.stem,
        title=plan.title,
        side=network.input[1],
        parameters=f"{network.parameters:,}",
        layers=", ".join(layer.name for layer in network.layers if layer.weight is not None),
        rows="\n".join(_row(MEASURED[name], result) for name, result in results.items()),
        bins=BINS,
        temperature=network.temperature,
        threshold=network.threshold,
        scanned=60_000 - pool.TUNED,
        unseen=", ".join(str(writer) for writer in sorted(pens.UNSEEN)),
        tuning=", ".join(str(writer) for writer in sorted(pool.TUNED_WRITERS)),
        recipe="\n".join(
            ["| setting | value |", "|---|---|", *(f"| {k} | {v} |" for k, v in recipe.items())]
        ),
        torch=torch.__version__.partition("+")[0],
        confusions="\n".join(
            f"{MEASURED[name]}:\n\n{_table(result)}\n"
            for name, result in results.items()
            if result.confusion.any()
        ).strip(),
    )
    replace(path, text.encode())


def _row(measured: str, result: Result) -> str:
    error = "" if result.calibration_error is None else f"{result.calibration_error:.2%}"
    return f"| {measured} | {result.count:,} | {result.accuracy:.2%} | {result.doubted:.2%} | {error} |"


def _table(result: Result) -> str:
    rows = ["| | " + " | ".join(map(str, range(10))) + " |", "|---" * 11 + "|"]
    for meant, counts in enumerate(result.confusion):
        rows.append(f"| **{meant}** | " + " | ".join(str(count or "·") for count in counts) + " |")
    return "\n".join(rows)
