"""Files on disk -> Documents: text exactly as it was decoded, with the reason for every file that is left out."""

from qa.load.folder import common_folder
from qa.load.loading import Loaded, load, load_file, read_file
from qa.load.whereabouts import find_file, path_in

__all__ = ["Loaded", "common_folder", "find_file", "load", "load_file", "path_in", "read_file"]
