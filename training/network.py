"""The network: the embedder's own backbone, and on it the start, the end and "not here" of an answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from qa.embed import packaged_model
from qa.read.network import LONGEST, MOST_OF_QUESTION
from training.examples import Example, Window

# So many windows are read at once, padded to a multiple of so many tokens: few shapes are compiled, little is padding.
CHUNK, MULTIPLE = 24, 16


class OnTokens(nn.Module):
    """A backbone, and a linear layer that gives every token a start and an end."""

    def __init__(self, backbone: nn.Module, *frozen: nn.Module) -> None:
        """``frozen``: the parts of the backbone that stay as they are."""
        super().__init__()
        self.backbone = backbone
        for part in frozen:
            part.requires_grad_(False)
        self.head = nn.Linear(backbone.config.hidden_size, 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def learn(self, dropout: float) -> None:
        """Be ready to be trained, with so much dropout. A backbone that was loaded reads without any until then."""
        self.train()
        for module in self.backbone.modules():
            if isinstance(module, nn.Dropout):
                module.p = dropout

    def compile_layers(self) -> None:
        """Compile the backbone's layers in place, each by itself: they are alike, so that one compilation for a shape,
        seconds instead of most of a minute, serves them all; they run as fast as a network compiled whole."""
        torch._dynamo.config.recompile_limit = 64  # one for each length, trained or frozen, training or reading
        for layer in self.backbone.encoder.layer:
            layer.compile(dynamic=False)


class Network(OnTokens):
    """Token numbers to start and end logits, float32, shape (windows, tokens, 2); "not here" is token 0."""

    def __init__(self) -> None:
        # Compiled, attention written out trains 1.7 times as fast as torch's fused one on a CPU; dropout costs nothing.
        backbone = BertModel.from_pretrained(
            str(packaged_model()), add_pooling_layer=False, attn_implementation="eager"
        )
        super().__init__(backbone, backbone.embeddings)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
        hidden = self.backbone(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        return self.head(hidden.float())


@dataclass
class Batch:
    """Windows of several questions; ``group`` numbers their questions, ``open`` are the tokens that may answer,
    ``starts`` and ``ends`` those that do."""

    ids: torch.Tensor
    mask: torch.Tensor
    kinds: torch.Tensor
    open: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    group: torch.Tensor


class Encoder:
    """Examples to batches."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def batch(self, examples: Sequence[Example], *, multiple: int = MULTIPLE) -> Batch:
        """The windows of ``examples``, one after the other; an answer that was cut off is none."""
        rows = []
        for number, example in enumerate(examples):
            for window in example.windows:
                ids, asked, head, offsets = self._row(example.question, window)
                starts, ends = set(), set()
                for begin, stop in window.spans:
                    inside = [n for n, (a, b) in enumerate(offsets) if a < stop and begin < b]
                    if inside and offsets[inside[-1]][1] >= stop:
                        starts.add(head + inside[0])
                        ends.add(head + inside[-1])
                rows.append((ids, asked, head, len(offsets), starts, ends, number))
        longest = -(-max(len(row[0]) for row in rows) // multiple) * multiple
        shape = (len(rows), longest)
        batch = Batch(
            torch.zeros(shape, dtype=torch.long),
            torch.zeros(shape, dtype=torch.long),
            torch.zeros(shape, dtype=torch.long),
            torch.zeros(shape, dtype=torch.bool),
            torch.zeros(shape, dtype=torch.bool),
            torch.zeros(shape, dtype=torch.bool),
            torch.tensor([row[-1] for row in rows]),
        )
        for n, (ids, asked, head, length, starts, ends, _) in enumerate(rows):
            batch.ids[n, : len(ids)] = torch.tensor(ids)
            batch.mask[n, : len(ids)] = 1
            batch.kinds[n, asked : len(ids)] = 1
            batch.open[n, head : head + length] = True
            batch.starts[n, list(starts) or [0]] = True
            batch.ends[n, list(ends) or [0]] = True
        return batch

    def places(self, question: str, window: Window) -> tuple[int, list[int]]:
        """The first token of the window's text, and where each token of it begins there, in code points."""
        _, _, head, offsets = self._row(question, window)
        return head, [start for start, _ in offsets]

    def _row(self, question: str, window: Window) -> tuple[list[int], int, int, list[tuple[int, int]]]:
        """``[CLS] question [SEP] title text [SEP]``: the tokens, where title and text begin, and the text's ranges."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:MOST_OF_QUESTION]
        title = self._tokenizer.encode(f"{window.title}. ", add_special_tokens=False).ids if window.title else []
        text = self._tokenizer.encode(window.text, add_special_tokens=False)
        room = LONGEST - len(asked) - len(title) - 3
        ids = [101, *asked, 102, *title, *text.ids[:room], 102]
        return ids, len(asked) + 2, len(asked) + 2 + len(title), text.offsets[:room]


def read(network: Callable[..., torch.Tensor], batch: Batch, *, chunk: int = CHUNK) -> torch.Tensor:
    """The logits of a batch, shape (windows, tokens, 2): read in chunks of like length, since padding costs as much as
    text; 0 where a chunk has no token."""
    lengths = batch.mask.sum(1)
    order = lengths.argsort(stable=True)
    parts = []
    for rows in order.split(chunk):
        longest = -(-int(lengths[rows].max()) // MULTIPLE) * MULTIPLE
        found = network(batch.ids[rows, :longest], batch.mask[rows, :longest], batch.kinds[rows, :longest])
        parts.append(nn.functional.pad(found, (0, 0, 0, batch.ids.shape[1] - longest)))
    return torch.cat(parts)[order.argsort()]


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Of a window: where the answer is in it, or that it is not. Of a question: in which of its windows, and where.

    Both are negative logarithms of the likelihood of all right places together.
    The second is normalised over the windows of a question, so that scores
    compare between passages (Clark & Gardner 2018).
    """
    allowed = batch.open.clone()
    allowed[:, 0] = True
    total = logits.new_zeros(())
    for side, right in ((0, batch.starts), (1, batch.ends)):
        scores = logits[..., side]
        alone = scores.masked_fill(~allowed, -1e4)
        total = total + (alone.logsumexp(1) - alone.masked_fill(~right, -1e4).logsumexp(1)).mean()
        found = right & batch.open
        answered = [rows for rows in groups(batch.group) if found[rows].any()]
        if answered:
            within = scores.masked_fill(~batch.open, -1e4)
            shared = [
                within[rows].flatten().logsumexp(0)
                - within[rows].masked_fill(~found[rows], -1e4).flatten().logsumexp(0)
                for rows in answered
            ]
            total = total + 0.5 * torch.stack(shared).mean()
    return total / 2


def groups(group: torch.Tensor) -> Iterator[torch.Tensor]:
    """Of each question the rows of its windows."""
    for number in group.unique():
        yield (group == number).nonzero().flatten()
