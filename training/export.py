"""Weights to the files that are shipped: an ONNX graph in int8, the tokenizer beside it, and the facts about both.

Activations are quantised as they come, one range for a whole tensor, and a
few channels of a BERT are far larger than the rest. So each channel is first
divided by a power of the largest value it takes on training texts, and the
weights multiplied by it (SmoothQuant, Xiao et al. 2023). What is lost is
measured by training/measure.py.
"""

import hashlib
import json
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import safetensors.torch
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from qa.embed import packaged_model
from qa.read.network import FACTS, TOKENIZER, WEIGHTS
from training.examples import Data, Example
from training.network import Encoder, Network

SMOOTHING = 0.9
"""How much of an activation's range is moved into the weights: of 0.7, 0.8, 0.9 what moves span-4's scores least."""
NAME = "span-4"

# 255 times the sum of two rounded neighbours, at most 128, is within 16 bits with a sign.
_MOST = 127
_LIMIT = 25_000_000  # bytes, of all files together


def load(weights: Path) -> Network:
    """The network with the weights in a safetensors file, ready to read."""
    network = Network()
    network.load_state_dict(safetensors.torch.load_file(weights))
    return network.eval().requires_grad_(False)


def export(weights: Path, folder: Path, texts: Sequence[Example]) -> None:
    """Write the reader's files into ``folder``; ``texts`` show how large its activations become."""
    network = load(weights)
    network.backbone.set_attn_implementation("eager")  # plain operators, as ONNX has them
    _smooth(network, texts)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as work:
        whole, small = Path(work, "whole.onnx"), Path(work, "small.onnx")
        _to_onnx(network, whole)
        quantize_dynamic(
            whole,
            small,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
            nodes_to_exclude=["/head/MatMul"],  # 768 weights that decide
            extra_options={"MatMulConstBOnly": True},
        )
        _never_saturating(whole, small)
        onnx.checker.check_model(str(small))
        shutil.copyfile(small, folder / WEIGHTS)
    shutil.copyfile(packaged_model() / TOKENIZER, folder / TOKENIZER)
    facts = {"name": NAME, "sha256": _sha256(folder / WEIGHTS), "trained": _sha256(weights)}
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in (folder / WEIGHTS, folder / TOKENIZER))
    if size > _LIMIT:
        raise ValueError(f"{folder} holds {size:,} bytes; the package has room for {_LIMIT:,}")
    print(f"{folder}: {size:,} bytes, sha256 {facts['sha256']}", flush=True)


def _never_saturating(whole: Path, small: Path) -> None:
    """Quantise the weights in ``small`` anew, from those in ``whole``, so that they read alike on every processor.

    Where a processor has no VNNI, two neighbouring products of an unsigned and
    a signed byte are added in 16 bits that saturate (the instruction
    VPMADDUBSW). So each channel is scaled by what the largest two neighbours
    of one sign come to, where that is more than its largest weight allows.
    """
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(str(whole)).graph.initializer}
    model = onnx.load(str(small))
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "MatMulInteger":
            continue
        quantised = node.input[1]
        stem = quantised.removesuffix("_quantized")
        own = weights[stem]
        beside = [np.maximum(sign * own, 0).reshape(-1, 2, own.shape[1]).sum(axis=1).max(axis=0) for sign in (1, -1)]
        scale = np.maximum(np.maximum(*beside) / _MOST, np.finfo(np.float32).tiny).astype(np.float32)
        tensors[quantised].CopyFrom(numpy_helper.from_array(np.rint(own / scale).astype(np.int8), quantised))
        tensors[f"{stem}_scale"].CopyFrom(numpy_helper.from_array(scale, f"{stem}_scale"))
    onnx.save(model, str(small))


def smoothing_texts(data: Data) -> list[Example]:
    """Examples that show how large activations become: of 200 questions that were trained on, always the same."""
    seen = [row for row, asked in enumerate(data.asked) if not asked.easy][:200]
    return data.epoch(0, 1, seen, easy=0, negatives=0.5)


class _Smoothed(nn.Module):
    """A linear layer whose input is scaled channel by channel, and its weights by the inverse: the same function."""

    def __init__(self, linear: nn.Linear, largest: torch.Tensor) -> None:
        super().__init__()
        weights = linear.weight.abs().amax(0).clamp(min=1e-5)
        scale = (largest.clamp(min=1e-5) ** SMOOTHING / weights ** (1 - SMOOTHING)).clamp(min=1e-3)
        linear.weight.data *= scale
        self.linear = linear
        self.inverse = nn.Parameter(1 / scale, requires_grad=False)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.linear(hidden * self.inverse)


def _smooth(network: Network, texts: Sequence[Example]) -> None:
    """Put a :class:`_Smoothed` in place of every linear layer of the encoder."""
    encoder = network.backbone.encoder
    layers = {name: module for name, module in encoder.named_modules() if isinstance(module, nn.Linear)}
    largest: dict[str, torch.Tensor] = {}

    def watch(name: str):
        def see(_module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            seen = inputs[0].flatten(0, -2).abs().amax(0)
            largest[name] = torch.maximum(largest.get(name, seen), seen)

        return see

    hooks = [layer.register_forward_pre_hook(watch(name)) for name, layer in layers.items()]
    batches = Encoder()
    for example in texts:  # one by one: no padding is seen
        batch = batches.batch([example], multiple=1)
        network(batch.ids, batch.mask, batch.kinds)
    for hook in hooks:
        hook.remove()
    for name, layer in layers.items():
        parent, _, leaf = name.rpartition(".")
        setattr(encoder.get_submodule(parent), leaf, _Smoothed(layer, largest[name]))


def _to_onnx(network: Network, path: Path) -> None:
    ids = torch.randint(1000, 20000, (2, 64), generator=torch.Generator().manual_seed(0))
    axes = {0: "windows", 1: "tokens"}
    names = ["ids", "mask", "kinds"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter by tracing is said to go; the other needs two packages more
        torch.onnx.export(
            network,
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(path),
            input_names=names,
            output_names=["logits"],
            dynamic_axes=dict.fromkeys([*names, "logits"], axes),
            opset_version=17,
            dynamo=False,
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
