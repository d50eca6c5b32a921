"""Files on disk -> Documents: text exactly as it was decoded, with the reason for every file that is left out."""

from qa.load.loading import Loaded, load, load_file, read_by, read_file

__all__ = ["Loaded", "load", "load_file", "read_by", "read_file"]
