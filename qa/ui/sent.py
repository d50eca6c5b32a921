"""What a browser sent in the place of a file: only an upload is read and deleted, and no address is fetched."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder
from gradio_client.utils import (  # type: ignore[import-untyped]  # what Gradio itself goes by
    is_file_obj_with_meta,
    is_http_url_like,
    traverse,
)


class Page(gr.Blocks):
    """Gradio's, but that it would download whatever address is sent where a file, or anything else, is awaited."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> Any:
        """As Gradio's; gr.Error where an address stands for a file."""
        traverse(inputs, _require_no_address, is_file_obj_with_meta)
        return await super().preprocess_data(block_fn, inputs, *rest, **named)


def _require_no_address(file: dict[str, Any]) -> dict[str, Any]:
    if is_http_url_like(file["path"]):
        raise gr.Error("no address is fetched; send the file itself", print_exception=False)
    return file


def is_upload(path: Path) -> bool:
    """Whether this is a file that was uploaded: a regular one, in a folder of its own in Gradio's.

    Gradio lets through any path within its folder, and that folder itself.
    """
    folder = Path(get_upload_folder()).resolve()
    return path.is_file() and not path.is_symlink() and path.parent.resolve().parent == folder


def discard(uploads: Iterable[Path]) -> None:
    """Delete files for which :func:`is_upload` held, and the folders of those that were alone in theirs."""
    for path in uploads:
        with suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()
