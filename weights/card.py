"""The model card: what a weights file is, made of what, how well it reads. No date: it can be made again."""

from collections.abc import Mapping
from pathlib import Path

import torch

from display_node.network import Network
from weights import pens
from weights.evaluate import Result
from weights.files import replace

MEASURED = {
    "mnist": "MNIST, test part",
    "pens": "pens, writers never trained on",
    "legacy": "the same pens, drawn without anti-aliasing straight into 32×32 pixels",
}

CARD = """\
# {name}

Reads one handwritten digit from a 32×32 picture. It is the network of the original piece, layer for layer:
{parameters} parameters in {layers}. Made by `python -m weights.train`, which also
writes this card.

| measured on | digits | read right |
|---|---|---|
{accuracies}

Measured by the finished network, through this very file (`python -m weights.evaluate --data …`). Recipes
are compared in rehearsals (`--rehearse`), which hold back a part of the *training* data; how often a finished
run was measured on these digits, and what came of it, is in CHANGELOG.md.

## Data

- **MNIST** (Y. LeCun, C. Cortes, C. Burges): the 60,000 of the training part. Two more pixels on each side
  make its 28×28 our 32×32; it is framed alike already.
- **Pen-Based Recognition of Handwritten Digits** (E. Alpaydin, F. Alimoglu; UCI Machine Learning Repository,
  CC BY 4.0): real strokes of 30 writers, rasterised by the same function as the station's. Split by writer:
  {unseen} are only for measuring.
- **Allographs** (`weights/allographs.py`): ones with a flag and a foot, crossed sevens, slashed zeros, drawn
  by rule, because the two data sets hold few of them.

No data set is part of this project; `weights/sources.py` finds or fetches the two and checks their digests.

## Recipe

{recipe}

Each pen drawing is bent, turned, slanted, stretched and shaken (`weights/jitter.py`), inked with nibs from
thin to thick, some without anti-aliasing (`weights/inking.py`). Then, anew in every epoch, every picture of
both kinds is shifted, scaled, turned, sheared and waved, made thicker or thinner, harder-edged or paler
(`weights/warp.py`). Batch normalisation helps while training and is folded into the convolutions before the
file is written. The file holds the running average of the weights after the last epoch. torch {torch}; the
same seed gives the same network on the same kind of processor with the same number of threads, as long as the
code is the same: CHANGELOG.md says what has changed since.

## Limits

It always answers with one of ten digits, whatever is drawn, and it knows digits as people wrote them in the
United States and Turkey in the 1990s: ways of writing that are rare there are read less surely.

## What is taken for what

Down what is meant, across what is read; a dot for none.

{confusions}
"""


def write(path: Path, recipe: Mapping[str, float], network: Network, results: Mapping[str, Result]) -> None:
    """Put the card of `network` at `path`; `results` by the names of `MEASURED`."""
    text = CARD.format(
        name=path.stem,
        parameters=f"{network.parameters:,}",
        layers=", ".join(layer.name for layer in network.layers if layer.weight is not None),
        accuracies="\n".join(
            f"| {MEASURED[name]} | {result.count:,} | {result.accuracy:.2%} |"
            for name, result in results.items()
        ),
        unseen=", ".join(str(writer) for writer in sorted(pens.UNSEEN)),
        recipe="\n".join(
            ["| setting | value |", "|---|---|", *(f"| {k} | {v} |" for k, v in recipe.items())]
        ),
        torch=torch.__version__.partition("+")[0],
        confusions="\n".join(
            f"{MEASURED[name]}:\n\n{_table(result)}\n" for name, result in results.items()
        ).strip(),
    )
    replace(path, text.encode())


def _table(result: Result) -> str:
    rows = ["| | " + " | ".join(map(str, range(10))) + " |", "|---" * 11 + "|"]
    for meant, counts in enumerate(result.confusion):
        rows.append(f"| **{meant}** | " + " | ".join(str(count or "·") for count in counts) + " |")
    return "\n".join(rows)
