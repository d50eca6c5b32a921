"""A shipped reader's weights, out of its int8 files: to go on with, or to mix."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from qa.read.network import WEIGHTS
from training.network import Network


def restored(model: Path) -> dict[str, torch.Tensor]:
    """The weights of the reader whose files are in ``model``, float32, by their names in :class:`Network`."""
    graph = onnx.load(str(model / WEIGHTS)).graph
    known = {tensor.name: torch.tensor(numpy_helper.to_array(tensor)) for tensor in graph.initializer}
    products = {}
    for node in graph.node:
        name = node.name.strip("/").replace("/", ".")
        if node.op_type == "MatMulInteger":
            stem = node.input[1].removesuffix("_quantized")
            whole = known[node.input[1]].float() - known[f"{stem}_zero_point"].float()
            products[name.partition(".linear.")[0]] = (whole * known[f"{stem}_scale"]).T
        elif node.op_type == "MatMul" and node.input[1] in known:
            products[name.partition(".MatMul")[0]] = known[node.input[1]].T
    found = {}
    for name, untrained in Network().state_dict().items():
        layer, _, kind = name.rpartition(".")
        if layer in products and kind == "weight":
            found[name] = products[layer] * known.get(f"{layer}.inverse", torch.ones(1))
        elif "embeddings" in layer and kind == "weight" and name not in known:
            found[name] = untrained  # the vocabulary's are never trained
        else:
            found[name] = known[name] if name in known else known[f"{layer}.linear.{kind}"]
    return {name: weights.contiguous() for name, weights in found.items()}
