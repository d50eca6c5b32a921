from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.load import load, load_file
from qa.load.dates import dates_in
from qa.load.markdown import MAX_FRONT_MATTER, describe_markdown
from qa.load.metadata import Metadata, describe

SEEDS = Path(__file__).parent.parent / "seeds"
PROSE = "The committee met in the old town hall and agreed to build a new bridge over the river.\n"


@pytest.mark.parametrize(
    ("name", "title", "date", "source"),
    [
        ("000_73a3da80f412038c", "US Calls on Iraq to Dismantle Armed Groups", "", ""),
        ("001_26f0ad0b6a8edf90", "Iraq steps up pressure on outlawed militias", "2020-09-28", ""),
        ("002_36f5514f5c1125ed", "Iraqi engagement with US upsets pro-Iranians", "", ""),
        (
            "003_9bbb64c3ce846744",
            "Iraqi Prime Minister Gathers Allies to Prevent US Embassy Closure After Pompeo Threats",
            "",
            "",
        ),
        (
            "004_7990e47296006af8",
            "An American call to treat Iraq’s militias as “ISIS” and support Al-Kazemi for a new term",
            "2021-07-31",
            "Shafaq News",
        ),
    ],
)
def test_the_seeds_say_who_they_are(name: str, title: str, date: str, source: str) -> None:
    document = load_file(SEEDS / f"{name}.txt", SEEDS)
    assert (document.title, document.date, document.source) == (title, date, source)


# Titles


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("Town to build a new bridge", "Town to build a new bridge"),
        ("Town to build\u00a0\u00a0a  new bridge | Local news | The Post", "Town to build a new bridge"),
        ("Home | News | Sport | Weather\n\nTown to build a new bridge", "Town to build a new bridge"),
        ("Skip to main content\nShare on Facebook\nTown to build a new bridge", "Town to build a new bridge"),
        ("Bridges\n\nTown to build a new bridge", "Town to build a new bridge"),
        ("By Jane Doe\nSeptember 28, 2020\nTown to build a new bridge", "Town to build a new bridge"),
        ("Leave Policy", "Leave Policy"),
        ("Title: Of Bridges\nAuthor: Jane Doe", "Of Bridges"),
        ("Why is the bridge so expensive, and who will pay?", "Why is the bridge so expensive, and who will pay?"),
        ("Town to buy a bridge from the U.S.", "Town to buy a bridge from the U.S."),
        ("桥梁政策", "桥梁政策"),
        ("By Jane Doe", ""),
        ("Jane Doe\n\nThe Associated Press", ""),
        ("Special to The Desert Sun", ""),
        ("CNN —", ""),
        ("September 28, 2020", ""),
        ("Monday, 28 September", ""),
        ("name;age;town;street;", ""),
        ("- buy bread and some milk", ""),
        ("https://example.org/town-to-build-a-bridge", ""),
        ("", ""),
    ],
)
def test_the_title_is_the_first_headline_of_the_head(head: str, title: str) -> None:
    assert describe(f"{head}\n\n{PROSE}").title == title


def test_a_first_sentence_is_no_title() -> None:
    assert describe(PROSE * 3).title == ""
    assert describe("Towns are old here.\n\n" + PROSE).title == ""
    assert describe("The committee met in the old town hall and\nagreed to build a new bridge.\n").title == ""


def test_wrapped_prose_is_no_title() -> None:
    text = "The committee met in the old\ntown hall and agreed to build\na new bridge over the river.\n"
    assert describe(text).title == ""


def test_a_text_of_one_line_has_no_title_but_itself() -> None:
    assert describe("Town to build a new bridge\n") == Metadata()


# Dates


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2020-09-28", "2020-09-28"),
        ("2020/09/28", "2020-09-28"),
        ("2020-09-08", "2020-09-08"),
        ("2020-09-28T14:38:00Z", "2020-09-28"),
        ("September 28, 2020", "2020-09-28"),
        ("SEPTEMBER 28 2020", "2020-09-28"),
        ("Sept. 28, 2020", "2020-09-28"),
        ("28 Sep 2020", "2020-09-28"),
        ("28th of September, 2020", "2020-09-28"),
        ("Al-KazemiSeptember 28, 2020Iraq", "2020-09-28"),
        ("28/09/2020", "2020-09-28"),
        ("09/28/2020", "2020-09-28"),
        ("28.9.2020", "2020-09-28"),
        ("05/05/2021", "2021-05-05"),
        ("03/04/2021", ""),
        ("31/02/2021", ""),
        ("February 30, 2021", ""),
        ("2021-13-45", ""),
    ],
)
def test_dates_are_read_where_they_can_be_read_one_way(written: str, iso: str) -> None:
    assert [date for _, date in dates_in(f"x {written} x")] == [iso]


@pytest.mark.parametrize(
    "written", ["dismay 3, 2020", "1-5 May 2021", "version 2.10.2021.4", "2020-09-28-1234", "May 3, 20201", "5 May 21"]
)
def test_what_only_looks_like_a_date_is_none(written: str) -> None:
    assert list(dates_in(written)) == []


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ("  — September 28, 2020", "2020-09-28"),
        ("Reports & AnalyticsbreakingISISMustafa Al-Kazemi\u00a0 2021-07-31 14:38A-AA+", "2021-07-31"),
        ("Published: 28 September 2020, 10:14 am", "2020-09-28"),
        ("Posted on Sept. 28, 2020 by Staff", "2020-09-28"),
        ("By Jane Doe on September 28, 2020", "2020-09-28"),
        ("Updated 29 September 2020. First published 28 September 2020", "2020-09-28"),
        ("28 September 2020\nLast updated: 30 September 2020", "2020-09-28"),
        ("Updated: 30 September 2020", "2020-09-30"),
        ("Date: 03/04/2021", ""),
        ("1 May 2021 – 5 May 2021", ""),
        ("1 May 2021\n2 May 2021\nUpdated 3 May 2021", "2021-05-03"),
        ("June 1 – July 2, 2021", ""),
        ("Due on 5 May 2021", ""),
        ("Effective from: 5 May 2021", ""),
        ("Remembering the floods of May 5, 2021", ""),
        ("A hundred and one short walks", ""),
    ],
)
def test_the_date_stands_in_the_head(head: str, date: str) -> None:
    assert describe(f"Town to build a new bridge\n\n{head}\n\n{PROSE}").date == date


def test_a_date_in_the_title_is_what_the_text_is_about() -> None:
    assert describe(f"The flood of September 28, 2020 remembered\n\n{PROSE}").date == ""
    assert describe(f"The flood of May 1, 2020 remembered\n\nMay 1, 2021\n\n{PROSE}").date == "2021-05-01"


def test_a_date_in_the_prose_is_never_the_documents() -> None:
    assert describe(f"Town to build a new bridge\n\nOn May 5, 2021, it was published.\n\n{PROSE}").date == ""
    assert describe(f"Town to build a new bridge\n\n{PROSE}\nThe end, May 5, 2021\n").date == ""


def test_a_date_below_the_head_counts_only_where_a_line_announces_it() -> None:
    assert describe(f"Bridges\n\n{PROSE}\nPublished: May 5, 2021\n").date == "2021-05-05"
    assert describe(f"Bridges\n\n{PROSE * 999}\nLast updated: May 5, 2021\n").date == "2021-05-05"
    assert describe(f"Bridges\n\n{PROSE}\nPublished: May 5, 2021\nPublished: May 6, 2021\n").date == ""


# Sources


@pytest.mark.parametrize(
    ("opening", "source"),
    [
        ("Shafaq News/ The American institution", "Shafaq News"),
        ("BAGHDAD (Reuters) - The American institution", "Reuters"),
        ("ATHENS, Ga. (AP) — The American institution", "AP"),
        ("Baghdad (AFP) – The American institution", "AFP"),
        ("Najaf (IraqiNews.com) – The American institution", "IraqiNews.com"),
        ("ERBIL (Kurdistan 24) - The American institution", "Kurdistan 24"),
        ("(CNN) — The American institution", "CNN"),
        ("CNN — The American institution", "CNN"),
        ("CNN —\n\nThe American institution", "CNN"),
        ("He/ she is the American institution", ""),
        ("Input/ Output and/or the American institution", ""),
        ("Baghdad: Iraqi Prime Minister of the institution", ""),
        ("BAGHDAD — The American institution", ""),
        ("NASA — the American institution", ""),
        ("United Nations (UN) - The American institution", ""),
        ("UNITED NATIONS (UN) - The American institution", ""),
        ("Chapter One (Draft) - The American institution", ""),
        ("(Optional) - The American institution", ""),
        ("AP-style rules of the American institution", ""),
        ("According to Shafaq News/ Agency, the institution", ""),
    ],
)
def test_a_dateline_names_the_source(opening: str, source: str) -> None:
    assert describe(f"Bridges of the town\n\n{opening} {PROSE}").source == source


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("Source: Al-Monitor", "Al-Monitor"),
        ("Article source: The Guardian.", "The Guardian"),
        ("Article source:\n\nRelated News", ""),
        ("Source code: main.py", ""),
        ("Source: Reuters\nSource: World Bank", ""),
        ("Source: " + "one of the many people in this town who know the minister well", ""),
    ],
)
@pytest.mark.parametrize("form", ["Bridges\n\n{}\n\n" + PROSE, "Bridges\n\n" + PROSE + "\n{}\n"])
def test_a_line_that_says_source_names_it_if_something_stands_behind(line: str, source: str, form: str) -> None:
    assert describe(form.format(line)).source == source


# Markdown


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Leave *policy* #\n", "Leave policy"),
        ("### C#\n", "C#"),
        ("Leave policy\r\n============\r\n", "Leave policy"),
        ("[Leave](https://x.org) `policy` for_all\n---\n", "Leave policy for_all"),
        ("```sh\n# install\n```\n\n## Leave policy\n", "Leave policy"),
        ("~~~~\n# no\n~~~\n# no\n~~~~\n# Leave policy\n", "Leave policy"),
        ("#hashtag\n\n    # indented\n\n# Leave policy\n", "Leave policy"),
        ("#\n\n# Leave policy\n", "Leave policy"),
        ("Town to build a new bridge\n", "Town to build a new bridge"),
        ("- a list\n---\n", ""),
    ],
)
def test_the_title_of_markdown_is_its_first_heading(text: str, title: str) -> None:
    assert describe_markdown(f"{text}\n{PROSE}").title == title


def test_front_matter_comes_first() -> None:
    text = f"---\ntitle: 'Of  Bridges'\nDate: 2020-09-28\nsource: The Post\n---\n# Another\n\n*May 5, 2021*\n\n{PROSE}"
    assert describe_markdown(text) == Metadata("Of Bridges", "2020-09-28", "The Post")


def test_front_matter_may_hold_times_written_dates_and_several_authors() -> None:
    text = f"---\ndate: 2020-09-28 10:14:00+02:00\nauthor: [Jane Doe, Bob Ray]\n...\n# Bridges\n\n{PROSE}"
    assert describe_markdown(text) == Metadata("Bridges", "2020-09-28", author="Jane Doe, Bob Ray")
    assert describe_markdown(f"---\ndate: Sept. 28, 2020\n---\n{PROSE}").date == "2020-09-28"
    assert describe_markdown(f"---\ndate: 03/04/2020\n---\n{PROSE}").date == ""


def test_values_that_no_line_could_show_are_left_out() -> None:
    text = '---\ntitle: "a\\ud800\\u2028 b"\nsource: "' + "x" * 201 + f'"\ndate: true\n---\n{PROSE}'
    assert describe_markdown(text) == Metadata("a b")


def test_what_the_front_matter_lacks_is_found_below() -> None:
    text = f"---\ntags: [a]\n---\n# Bridges\n\n**Published:** May 5, 2021\n\nBAGHDAD (Reuters) - {PROSE}"
    assert describe_markdown(text) == Metadata("Bridges", "2021-05-05", "Reuters")


LEVELS = [*zip("abcdefgh", "bcdefghi", strict=True)]


@pytest.mark.parametrize(
    "block",
    [
        "title: [unclosed",
        "title: *nothing",
        "date: 2020-13-45",
        "title: !!python/object/apply:os.system [id]",
        "a: \x01",
        "draft: !!bool maybe",
        'n: !!int ""',
        "t: !!timestamp x",
        "title: 0x" + "f" * 5_000,
        "date: [0x" + "f" * 5_000 + "]",
        "? 0x" + "f" * 5_000 + "\n: a",
        "[" * 16_000,
        "- " * 8_000,
        "a: &a [x]\n" + "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in LEVELS),
        "a: &a {k: v}\n" + "\n".join(f"{b}: &{b} {{<<: [{', '.join([f'*{a}'] * 9)}]}}" for a, b in LEVELS),
    ],
)
def test_malformed_and_exploding_front_matter_counts_as_none(block: str) -> None:
    assert describe_markdown(f"---\n{block}\n---\n# Bridges\n\n{PROSE}") == Metadata("Bridges")


def test_a_file_of_malformed_front_matter_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ndraft: !!bool maybe\n---\n# Bridges\n\n{PROSE}")
    (tmp_path / "b.md").write_text(PROSE)
    documents = load([tmp_path]).documents
    assert [(document.id, document.title) for document in documents] == [("a.md", "Bridges"), ("b.md", "")]


def test_front_matter_that_is_too_long_counts_as_none() -> None:
    assert describe_markdown("---\nauthor: Jane\nx: " + "y" * MAX_FRONT_MATTER + "\n---\n" + PROSE).author == ""


def test_prose_between_two_rules_is_no_front_matter() -> None:
    assert describe_markdown(f"---\n\nAn aside\n\n---\n\n# Bridges\n\n{PROSE}").title == "Bridges"


def test_metadata_leaves_the_text_alone(tmp_path: Path) -> None:
    data = f"\ufeff---\r\ntitle: Of Bridges\r\n---\r\n# **Another**  \r\n\r\n{PROSE}".encode()
    (tmp_path / "a.md").write_bytes(data)
    document = load_file(tmp_path / "a.md", tmp_path)
    assert (document.title, document.text) == ("Of Bridges", data.decode("utf-8-sig"))


@settings(deadline=None)  # machines are shared
@given(
    st.text(
        st.sampled_from("aB .\n\r-#:|/—()[]*_`~=\u00a012é’“\x1b\u2028") | st.characters(codec="utf-8"), max_size=200
    )
)
def test_what_is_found_is_one_line_whatever_the_text(text: str) -> None:
    for found in (describe(text), describe_markdown(text), describe_markdown(f"---\n{text}\n---\n")):
        for value in (found.title, found.date, found.source):
            assert value == value.strip()
            assert len(value.splitlines()) <= 1


# Authors


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("Written by Jane Doe and Bob Ray", "Jane Doe and Bob Ray"),
        ("Author: Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("BY JANE DOE", "JANE DOE"),
        ("By the River Side", ""),
        ("By Staff", ""),
        ("By Jane Doe, who lives in York", ""),
    ],
)
def test_the_author_is_who_a_line_of_the_head_names(line: str, author: str) -> None:
    assert describe(f"Town to build a new bridge\n\n{line}\n\n{PROSE}").author == author


def test_where_each_is_from_is_told(tmp_path: Path) -> None:
    path = tmp_path / "2023-05-03 Of some bridges.md"
    path.write_text(f"---\nauthor: Jane Doe\n---\n# Bridges of the town\n\n{PROSE}")
    assert load_file(path, tmp_path).origins == (("title", "text"), ("date", "name"), ("author", "file"))


def test_headings_of_markdown_are_its_parts_but_for_its_title(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# Lease\n\nIt ends.\n\n## Rent\n\nDue.\n\n```\n# no heading\n```\n\nNotice\n------\nThree.\n"
    )
    document = load_file(tmp_path / "a.md", tmp_path)
    assert [(document.text[part.start :].split("\n")[0], part.name) for part in document.parts] == [
        ("## Rent", "§ Rent"), ("Notice", "§ Notice"),
    ]  # fmt: skip
