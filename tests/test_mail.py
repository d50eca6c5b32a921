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


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_only_a_blank_line_ends_a_paragraph_whatever_ends_a_line(end: str) -> None:
    lines = ["The office rent would be", "raised to 1,200 euros.", "", "> Is it?", ">", "> As of when?", "", "", "Ada"]
    data = f"From: a@b\n\n{end.join(lines)}{end}".encode()
    assert read_mail("a.eml", data)[0].text == (
        "From: a@b\n\nThe office rent would be\nraised to 1,200 euros.\n\n> Is it?\n\n> As of when?\n\nAda"
    )


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
    ("charset", "text", "codec"),
    [
        ("us-ascii", "I don’t know.", "utf-8"),
        ("iso-8859-1", "I don’t know.", "utf-8"),
        ("windows-1252", "I don’t know.", "utf-8"),
        ("utf-16", "I don’t know.", "utf-8"),
        ("utf-16le", "I don’t know.", "utf-16-le"),
        ("gb2312", "朱镕基总理", "gb18030"),
        ("x-gbk", "朱镕基总理", "gb18030"),
        ("shift_jis", "①髙橋さん", "cp932"),
        ("x-sjis", "①髙橋さん", "cp932"),
        ("ks_c_5601-1987", "똠방각하", "cp949"),
        ("euc-kr", "똠방각하", "cp949"),
        ("iso-8859-9", "Geç “kalma” – İstanbul", "cp1254"),
    ],
)
def test_an_encoding_is_what_browsers_take_its_name_for(charset: str, text: str, codec: str) -> None:
    """Also where so little is amiss that the text would pass for slightly damaged."""
    message = mail()
    long = f"{text[-2] * 200}{text}"
    message.set_content(long.encode(codec), "text", "plain", params={"charset": charset})
    assert read(message)[0].text.endswith(f"\n\n{long}")


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
