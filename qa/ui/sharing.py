"""Whom the page is open to: this machine alone, those who know a password, or everybody who reaches it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from qa.errors import BadSharing

LOOPBACK = "127.0.0.1"
_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  # to be told, not bound


@dataclass(frozen=True)
class Sharing:
    """Where the page is served, and who gets in; BadSharing where that is not what anybody would want.

    ``users`` are passwords by name; without any, everybody who reaches ``host``
    gets in, which has to be said with ``insecure`` unless that is this machine
    alone. ``root_path`` is where a reverse proxy has the page: a path, or a
    whole address. With ``allow_writes``, who gets in may change the library.
    """

    host: str = LOOPBACK
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    root_path: str = ""
    insecure: bool = False
    allow_writes: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "host", self.host.strip("[]"))
        object.__setattr__(self, "root_path", self.root_path.rstrip("/"))
        if self.root_path and not (self.root_path.startswith("/") or self.public):
            raise BadSharing(f"--root-path {self.root_path!r} is no path; write it as /docs-qa, or as a whole address")
        if not (self.local or self.users or self.insecure):
            raise BadSharing(
                f"at {self.host}, whoever reaches this machine could read every document; "
                "name who may with --auth USER:PASSWORD-FILE, or say with --insecure that everybody may"
            )

    @property
    def public(self) -> str:
        """The whole address that a proxy has the page at; empty where that is not known."""
        return self.root_path if urlsplit(self.root_path).scheme in ("http", "https") else ""

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def writable(self) -> bool:
        """Whether the page may change the library: who is at this machine could change its files, too."""
        return self.allow_writes or (self.local and not self.users and not self.root_path)

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names under which it may be asked for; None for any.

        Where nobody is asked for a password, a foreign page whose name was made
        to point here (DNS rebinding) would otherwise read the documents by the
        browser of whoever opens it. With a password it cannot, and what is open
        to everybody cannot be protected.
        """
        if self.users or not self.local:
            return None
        proxy = urlsplit(self.root_path).hostname
        return frozenset({LOOPBACK, "localhost", self.host, *([proxy] if proxy else [])})

    @property
    def warnings(self) -> tuple[str, ...]:
        """What should not go unsaid, a line each."""
        lines = []
        if not self.local:
            passwords = ", and passwords; put it behind a proxy with TLS" if self.users else ""
            lines.append(f"Nothing is encrypted: who is on the way can read what is asked and answered{passwords}.")
        if not (self.local or self.users):
            lines.append("Everybody who reaches this address can read every document; so can pages opened elsewhere.")
        if self.allow_writes and not self.users:
            whose = "every program on this machine" if self.local else "EVERYBODY who reaches this address"
            lines.append(f"With --allow-writes and without --auth, {whose} can add and remove documents.")
        return tuple(f"Warning: {line}" for line in lines)

    def address(self, port: int, name: str = "") -> str:
        """What to type into a browser here, or with ``name`` elsewhere."""
        host = name or ("localhost" if self.host in _EVERY_ADDRESS else self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"
