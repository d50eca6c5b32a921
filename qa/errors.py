"""Every error that this program raises on purpose.

::

    QAError                   something a person can put right; the message says what and how
    ├── UnreadableFile        a file that cannot become a Document
    ├── NoPicture             a page that cannot be shown as a picture
    ├── NothingToIndex        no readable document where some were expected
    ├── BadQuestion           a question that cannot be asked
    ├── BadFilter             a filter that names no date
    ├── BadRequest            what a program asks for in a way that cannot be understood
    ├── ModelMissing          an embedder or a reader that is not on this machine, or is damaged
    ├── NotMeasured           a precision asked of a reader that was not measured for it
    ├── IndexMismatch         a sound index that this set-up must not use
    ├── IndexDamaged          a saved index that is not what was saved
    ├── IndexBusy             an index that another program is writing to
    ├── NotWritable           a library that documents cannot be added to or removed from
    ├── TooManyFiles          more files at once than are taken
    ├── UnknownDocument       a document that is not in the library
    ├── BadReceipt            a receipt that cannot be read
    ├── NotKept               a verdict on an answer that could not be kept
    ├── BadQuestions          a question set that cannot be read
    ├── BadRun                a run of an evaluation that cannot be read, gone on with or replaced
    ├── BadSharing            a page that would be open to more people than was said, or to none
    ├── ExtraMissing          something that another package does, which is not installed
    └── NoFreePort            a page that finds no port to be served at

Misuse by a program (a wrong shape, a negative offset) is a plain ``ValueError``.
"""


class QAError(Exception):
    """Base of the errors above; ``str(error)`` is one line, fit to be shown."""


class UnreadableFile(QAError):
    """``path`` could not be read as a document, for ``reason``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class NoPicture(QAError):
    """``page`` of the document called ``document_id`` cannot be shown as a picture, for ``reason``."""

    def __init__(self, document_id: str, page: int, reason: str) -> None:
        super().__init__(f"{document_id}, page {page}: no picture of it: {reason}")
        self.document_id = document_id
        self.page = page
        self.reason = reason


class NothingToIndex(QAError):
    """No document was found, or none could be read."""


class BadQuestion(QAError):
    """The question holds nothing to look for, or far too much."""


class BadFilter(QAError):
    """What should tell a date tells none."""


class NotMeasured(QAError):
    """How often the reader is right was not measured, so no precision can be promised of it."""


class BadRequest(QAError):
    """What a program gave is of the wrong kind or size; the message names it."""


class ModelMissing(QAError):
    """The model's files are absent or have another digest than expected."""


class IndexMismatch(QAError):
    """The index is sound but was made by another embedder or a newer program."""


class IndexDamaged(QAError):
    """A file of the index is missing, cut short or changed."""


class IndexBusy(QAError):
    """Another program is writing to the index, and did not finish in time."""


class NotWritable(QAError):
    """Documents cannot be added to the library or removed from it: it was not allowed, or the disk does not."""


class TooManyFiles(QAError):
    """More files were given at once than are taken."""


class UnknownDocument(QAError):
    """There is no document with that id, or no more."""


class BadReceipt(QAError):
    """The file is not a receipt of this program, or of a newer one."""


class NotKept(QAError):
    """What was said of an answer could not be added to its file: there is no room for it, or no right to write."""


class BadQuestions(QAError):
    """A file of questions or of documents to evaluate on is absent or wrong; the message names the line."""


class BadRun(QAError):
    """A file or folder of an evaluation is absent, damaged, or of another run than expected."""


class BadSharing(QAError):
    """An address, a user or a password file with which the page is not served; the message says why."""


class ExtraMissing(QAError):
    """A package that only some need is not installed; the message says what to install."""


class NoFreePort(QAError):
    """The port that was asked for is taken, or all that were tried are."""
