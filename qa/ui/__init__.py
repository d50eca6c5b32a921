"""The page: a chat on one side, the source beside it. The only package that imports gradio."""

import os

# Gradio reads these when it is imported. It must not count visits or look for
# new versions, and its own start-up check must not go through a proxy.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
for _name in ("NO_PROXY", "no_proxy"):
    os.environ[_name] = ",".join(filter(None, [os.environ.get(_name), "127.0.0.1", "localhost"]))

from qa.ui.login import users
from qa.ui.page import build
from qa.ui.server import serve, start
from qa.ui.sharing import Sharing
from qa.ui.tools import require as require_mcp

__all__ = ["Sharing", "build", "require_mcp", "serve", "start", "users"]
