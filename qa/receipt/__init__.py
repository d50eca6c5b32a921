"""An answer as JSON that anyone can check against the files, and the checking of it.

A receipt can be checked without this program: ``sha256`` is the digest of the
file, and the bytes ``[byte_start, byte_end)`` of the file, read in
``encoding``, are the quote::

    tail -c +$((byte_start + 1)) FILE | head -c $((byte_end - byte_start))

Where ``extracted`` is not empty, the text is what a library took out of a PDF
or another file that is not text itself: ``start`` and ``end`` count in that
text, and there are no bytes to compare. :func:`verify` extracts it again.
"""

from qa.receipt.making import receipt, to_json
from qa.receipt.verifying import Verdict, checked, parse, verify, verify_in

__all__ = ["Verdict", "checked", "parse", "receipt", "to_json", "verify", "verify_in"]
