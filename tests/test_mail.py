from email.message import EmailMessage

import pytest

from qa.errors import UnreadableFile
from qa.load.mail import read_mail
from qa.records import Document


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {
        "Subject": "Spare keys",
        "From": "Ada Example <ada@example.org>",
        "To": "office@example.org",
        "Date": "Wed, 3 May 2023 10:00:00 +0200",
        **headers,
    }.items():
        message[name] = value
    return message


def read(message: EmailMessage) -> tuple[Document, str]:
    return read_mail("a.eml", message.as_bytes())


def test_subject_sender_and_date_are_the_mails_and_can_be_quoted() -> None:
    message = mail()
    message.set_content("The keys are in the blue box.\n\nAda\n")
    document, note = read(message)
    assert (document.title, document.author, document.date) == ("Spare keys", "Ada Example", "2023-05-03")
    assert document.text == (
        "Subject: Spare keys\n\nFrom: Ada Example <ada@example.org>\n\nTo: office@example.org\n\n"
        "Date: Wed, 03 May 2023 10:00:00 +0200\n\nThe keys are in the blue box.\n\nAda"
    )
    assert note == ""


def test_plain_text_is_preferred_to_the_same_in_html() -> None:
    message = mail()
    message.set_content("Plain.\n")
    message.add_alternative("<p>Rich.</p>", subtype="html")
    assert "Plain." in read(message)[0].text
    assert "Rich." not in read(message)[0].text


def test_html_alone_is_read() -> None:
    message = mail()
    message.set_content("<div>The keys are<br>in the <b>blue</b> box.</div><p>Ada</p>", subtype="html")
    assert read(message)[0].text.endswith("The keys are\nin the blue box.\n\nAda")


def test_attachments_are_named() -> None:
    message = mail()
    message.set_content("See the scans.")
    for name in ("one.pdf", "two.pdf"):
        message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=name)
    assert read(message)[1] == "its 2 attachments are not read (one.pdf, two.pdf); save them as files to have them read"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [("=?utf-8?q?Schl=C3=BCssel?=", "Schlüssel"), ("Keys\n for the\n office", "Keys for the office")],
)
def test_headers_are_decoded_and_unfolded(subject: str, shown: str) -> None:
    data = f"Subject: {subject}\nFrom: a@example.org\n\nText.\n".encode()
    assert read_mail("a.eml", data)[0].title == shown


def test_a_mail_in_an_old_encoding_is_read() -> None:
    head = b"Subject: x\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n"
    assert read_mail("a.eml", head + "Schlüssel – “hier”".encode("cp1252"))[0].text.endswith("Schlüssel – “hier”")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Just some text.\n", "is no mail: it has no sender, subject or date"),
        (b"Subject: x\n\n", "holds no text"),
        (b"Subject: x\nDate: nonsense\nContent-Type: image/png\n\nx", "holds no text"),
    ],
)
def test_what_holds_nothing_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_mail("a.eml", data)
    assert caught.value.reason.startswith(reason)
