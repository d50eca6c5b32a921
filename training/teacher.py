"""A larger network to learn from: all-mpnet-base-v2, its head and its loss as the reader's."""

from pathlib import Path

import torch
from transformers import MPNetModel

from training.network import OnTokens

# Its vocabulary is the reader's, four numbers on, but for the special ones: [PAD], [UNK], [CLS] and [SEP].
_FURTHER, _SPECIAL = 4, {0: 1, 100: 3, 101: 0, 102: 2}
_PADDING = 1  # positions are counted from behind it
_FROZEN = 5  # the lower layers of twelve stay as they are: half as much again a second


class Teacher(OnTokens):
    """As :class:`training.network.Network`, from the files of all-mpnet-base-v2 in the folder ``backbone``."""

    def __init__(self, backbone: Path) -> None:
        mpnet = MPNetModel.from_pretrained(str(backbone), add_pooling_layer=False, attn_implementation="eager")
        super().__init__(mpnet, mpnet.embeddings, *mpnet.encoder.layer[:_FROZEN])
        number = torch.arange(30522) + _FURTHER
        for its, mpnets in _SPECIAL.items():
            number[its] = mpnets
        self.register_buffer("_number", number, persistent=False)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        positions = (torch.arange(ids.shape[1]) + _PADDING + 1).expand(ids.shape)
        hidden = self.backbone(
            input_ids=self._number[ids], attention_mask=mask, position_ids=positions
        ).last_hidden_state
        return self.head(hidden.float())
