"""The programs as tools for an assistant, by the Model Context Protocol over HTTP; needs the package ``mcp``."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.routing import BaseRoute

from qa.errors import ExtraMissing
from qa.ui.programs import Program

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

PATH = "/mcp"
# More calls wait here, and not in the threads that the page itself is served by.
_AT_ONCE = 16
_ABOUT = (
    "Answers from the user's own documents, in their own words: exact quotes with citations, or that the documents do "
    "not say. Quote what is found word for word, with its place. Where found is false, say so and do not guess."
)


def require() -> None:
    """Raise ExtraMissing where ``mcp`` is not installed."""
    try:
        import mcp  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise ExtraMissing("--mcp needs one more package; run: pip install 'chapterverse[mcp]'") from error


def server(reading: Sequence[Program], writing: Sequence[Program] = ()) -> "FastMCP[Any]":
    """A tool for every program; those in ``writing`` are told to change something."""
    require()
    from mcp.server.fastmcp import FastMCP
    from mcp.server.transport_security import TransportSecuritySettings
    from mcp.types import ToolAnnotations

    made: FastMCP[Any] = FastMCP(
        "Chapter & Verse",
        instructions=_ABOUT,
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        log_level="WARNING",
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # qa.ui.guard does it
    )
    limiter = CapacityLimiter(_AT_ONCE)
    for program in (*reading, *writing):
        made.add_tool(
            _aside(program, limiter),
            description=inspect.getdoc(program),
            annotations=ToolAnnotations(
                readOnlyHint=program not in writing, destructiveHint=program in writing, openWorldHint=False
            ),
        )
    return made


def routes(made: "FastMCP[Any]") -> tuple[list[BaseRoute], Callable[[object], AbstractAsyncContextManager[None]]]:
    """Where an app finds the tools, and what must be entered while it runs."""
    return list(made.streamable_http_app().routes), lambda _: made.session_manager.run()


def _aside(program: Program, limiter: CapacityLimiter) -> Callable[..., Awaitable[Any]]:
    """``program`` in a thread, so that others are served while it works."""

    @wraps(program)
    async def working(**arguments: Any) -> Any:
        return await run_sync(partial(program, **arguments), limiter=limiter)

    return working
