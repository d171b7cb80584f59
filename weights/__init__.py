"""Trained weights with their model card, and the package that makes them.

`python -m weights.train` makes `sandglass.safetensors` and `sandglass.md`, `weights.evaluate` measures a
weights file, `weights.convert` turns other people's files into ours. Read `sources`, `mnist`, `pens`,
`templates`, `jitter`, `inking`, `pool`, `zoo`, `warp`, `train`, `tune` in this order.
"""
