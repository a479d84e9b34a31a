"""Facility files: right ones are understood, and every way to be wrong is told with file, line and field."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from visa.adapters.facility.file import FILES, FileFacility
from visa.adapters.facility.problems import MOST_PER_FILE
from visa.adapters.facility.snapshot import MOST_BYTES
from visa.errors import BadFiles, Fault

P, E, T, Y = "people.csv", "experiments.csv", "teams.csv", "facility.yaml"


def test_right_files_give_the_whole_state(folder):
    state = folder.read()
    assert [(one.id, one.uid, one.gids, one.orcid, one.roles) for one in state.people] == [
        ("p1", 2001, (3001,), "0000-0002-1825-0097", ()),
        ("p2", 2002, (3001, 3002), None, ()),
        ("p3", 2003, (), None, ("staff", "instrument_scientist")),
    ]
    assert [(one.id, one.scientist_ids) for one in state.instruments] == [("d1", ("p3",)), ("d2", ())]
    first, second = state.experiments
    assert (first.starts_on, first.ends_on, first.public_at) == (
        date(2026, 1, 10),
        date(2026, 1, 12),
        date(2029, 1, 12),
    )
    assert (first.pi_id, first.team_ids, first.proprietary) == ("p1", ("p1", "p2"), False)
    assert (first.raw_path, first.processed_path) == ("/srv/data/v/1/RAW", "/srv/data/v/1/PRO")
    assert (second.pi_id, second.team_ids, second.proprietary) == ("p2", ("p2", "p3"), True)
    assert (second.raw_path, second.public_at) == ("/srv/data/v/2/RAW", None)


# name of the case, file, text, its replacement, the places that must be named, a part of the first message
WRONG = [
    # people
    ("unknown column", P, "id,name,", "id,nmae,", ["people.csv:1 nmae", "people.csv:1 name"], "unknown column"),
    ("missing column", P, ",orcid,", ",", ["people.csv:1 orcid"], "column is missing"),
    ("duplicate column", P, ",gids,roles", ",gids,gids,roles", ["people.csv:1 gids"], "twice"),
    ("nameless column", P, "roles\n", "roles,\n", ["people.csv:1 (no name)"], "unknown column"),
    ("short line", P, ",3001,\n", ",3001\n", ["people.csv:2"], "8 cells where the header has 9"),
    ("long line", P, ",3001,\n", ",3001,,\n", ["people.csv:2"], "10 cells where the header has 9"),
    ("uid of the system", P, "2002,2002", "999,2002", ["people.csv:3 uid"], "below 1000"),
    ("uid zero", P, "2002,2002", "0,2002", ["people.csv:3 uid"], "below 1000"),
    ("uid of nobody", P, "2002,2002", "65534,2002", ["people.csv:3 uid"], "not a person's"),
    ("huge uid", P, "2002,2002", "4294967295,2002", ["people.csv:3 uid"], "not a person's"),
    ("uid in other digits", P, "2002,2002", "٢٠٠٢,2002", ["people.csv:3 uid"], "whole number"),
    ("negative uid", P, "2002,2002", "-2002,2002", ["people.csv:3 uid"], "whole number"),
    ("uid twice", P, "2002,2002", "2001,2002", ["people.csv:3 uid"], "2001 is on line 2 already"),
    ("login twice", P, "bo,2002", "ana,2002", ["people.csv:3 login"], "ana is on line 2 already"),
    ("id twice", P, "p3,Cy", "p1,Cy",
     ["people.csv:4 id", "teams.csv:5 person", "facility.yaml:8 instruments[1].scientists[1]"], ""),
    ("system group", P, "2002,2002", "2002,6", ["people.csv:3 gid"], "system's own groups"),
    ("system group among others", P, "3001 3002", "3001 27", ["people.csv:3 gids"], "system's own groups"),
    ("groups separated by commas", P, "3001 3002", '"3001,3002"', ["people.csv:3 gids"], "whole number"),
    ("login with capitals", P, "bo,2002", "Bo,2002", ["people.csv:3 login"], "no login name"),
    ("login that is a path", P, "bo,2002", "../bo,2002", ["people.csv:3 login"], "no login name"),
    ("login that is an option", P, "bo,2002", "-bo,2002", ["people.csv:3 login"], "no login name"),
    ("login too long", P, "bo,2002", "b" * 33 + ",2002", ["people.csv:3 login"], "no login name"),
    ("login root", P, "bo,2002", "root,2002", ["people.csv:3 login"], "root"),
    ("ORCID check digit", P, "0097", "0098", ["people.csv:2 orcid"], "does not fit"),
    ("ORCID shape", P, "0000-0002-1825-0097", "00000002182500970", ["people.csv:2 orcid"], "no ORCID"),
    ("e-mail", P, "bo@uni.example", "bo at uni.example", ["people.csv:3 email"], "no e-mail"),
    ("two e-mails", P, "bo@uni.example", "bo@uni.example;bo@home.example", ["people.csv:3 email"], "no e-mail"),
    ("empty name", P, "p2,Bo", "p2,", ["people.csv:3 name"], "is empty"),
    ("unknown role", P, "staff instrument", "stuff instrument", ["people.csv:4 roles"], "'stuff' is none of staff,"),
    ("huge field", P, "p2,Bo", "p2," + "B" * 200_000, ["people.csv:3"], "not CSV from here on: field larger"),
    ("long field", P, "p2,Bo", "p2," + "B" * 201, ["people.csv:3 name"], "201 characters"),
    ("hidden direction marks", P, "p2,Bo", "p2,B\u202eo", ["people.csv:3 name"], "control characters"),
    ("quote that never ends", P, "p2,Bo", 'p2,"Bo', ["people.csv:3"], "not CSV from here on"),
    ("text after a quote", P, "p2,Bo", 'p2,"B"o', ["people.csv:3"], "not CSV from here on"),
    # experiments
    ("German date", E, "2026-01-10", "10.01.2026", ["experiments.csv:2 starts_on"], "write YYYY-MM-DD"),
    ("date without dashes", E, "2026-01-10", "20260110", ["experiments.csv:2 starts_on"], "write YYYY-MM-DD"),
    ("day that is not", E, "2026-02-10,2026-02-10", "2026-02-10,2026-02-30", ["experiments.csv:3 ends_on"], "calendar"),
    ("end before start", E, "2026-01-12,2029", "2026-01-09,2029", ["experiments.csv:2 ends_on"], "before the start"),
    ("public before start", E, "2029-01-12", "2025-01-12", ["experiments.csv:2 public_at"], "before the start"),
    ("secrecy undecided", E, ",yes,", ",,", ["experiments.csv:3 proprietary"], "neither yes nor no"),
    ("secrecy in numbers", E, ",yes,", ",1,", ["experiments.csv:3 proprietary"], "neither yes nor no"),
    ("unknown instrument", E, "First,d1", "First,d9", ["experiments.csv:2 instrument"], "no instrument has the id d9"),
    ("no title", E, "First", "", ["experiments.csv:2 title"], "is empty"),
    ("title too long", E, "First", "F" * 1001, ["experiments.csv:2 title"], "1001 characters"),
    ("id twice", E, "e2,P-2", "e1,P-2",
     ["experiments.csv:3 id", "teams.csv:4 experiment", "teams.csv:5 experiment"], "on line 2"),
    ("id with a slash", E, "e1,P-1", "e/1,P-1", ["experiments.csv:2 id"], "no id"),
    ("id of dots", E, "e1,P-1", "..,P-1", ["experiments.csv:2 id"], "no id"),
    ("id with a space", E, "e1,P-1", "e 1,P-1", ["experiments.csv:2 id"], "no id"),
    ("id in another script", E, "e1,P-1", "é1,P-1", ["experiments.csv:2 id"], "no id"),
    ("path with dots", E, "v/1/RAW", "v/1/../2/RAW", ["experiments.csv:2 raw_path"], 'holds ".."'),
    ("path elsewhere", E, "/srv/data/v/2/RAW", "/etc", ["experiments.csv:3 raw_path"], "not inside the data root"),
    ("path beside the root", E, "/srv/data/v/2/RAW", "/srv/data2/RAW", ["experiments.csv:3 raw_path"], "not inside"),
    ("the root itself", E, "v/1/RAW", ".", ["experiments.csv:2 raw_path"], "not inside the data root"),
    ("no path", E, "v/1/PRO", "", ["experiments.csv:2 processed_path"], "is empty"),
    ("raw twice", E, "/srv/data/v/2/RAW", "v/1/RAW",
     ["experiments.csv:3 raw_path"], "is the raw_path of line 2 already"),
    ("raw can be written", E, "v/1/RAW", "v/1/PRO/RAW",
     ["experiments.csv:2 raw_path"], "inside the processed_path of line 2"),
    ("inside another's", E, "v/1/RAW", "v/2/RAW/x", ["experiments.csv:2 raw_path"], "inside the raw_path of line 3"),
    # teams
    ("no pi", T, "e1,p1,pi", "e1,p1,member", ["experiments.csv:2 id"], "e1 has no pi in teams.csv"),
    ("two pis", T, "e1,p2,member", "e1,p2,pi", ["teams.csv:3 role"], "has a pi already: p1"),
    ("unknown team role", T, "e1,p2,member", "e1,p2,friend", ["teams.csv:3 role"], "'friend' is none of pi, member"),
    ("unknown person", T, "e1,p2,member", "e1,p9,member", ["teams.csv:3 person"], "no person has the id p9"),
    ("unknown experiment", T, "e1,p2,member", "e9,p2,member",
     ["teams.csv:3 experiment"], "no experiment has the id e9"),
    ("person twice", T, "e1,p2,member", "e1,p1,member", ["teams.csv:3 person"], "e1 and p1 is on line 2 already"),
    # facility.yaml
    ("other version", Y, "version: 1", "version: 2", ["facility.yaml:1 version"], "reads version 1"),
    ("no version", Y, "version: 1\n", "", ["facility.yaml:1 version"], "is missing"),
    ("unknown name", Y, "name: Little", "nmae: Little", ["facility.yaml:1 name", "facility.yaml:2 nmae"], "is missing"),
    ("name twice", Y, "name: Little", "name: A\nname: Little", ["facility.yaml:3 name"], "is there twice"),
    ("root of everything", Y, "/srv/data", "/", ["facility.yaml:3 data_root"], "would put everything"),
    ("no root", Y, "/srv/data", "~", ["facility.yaml:3 data_root"], "is empty"),
    ("root is a list", Y, "/srv/data", "[/srv/data]", ["facility.yaml:3 data_root"], "must be a single value"),
    ("instrument twice", Y, "id: d2", "id: d1",
     ["facility.yaml:9 instruments[2].id", "experiments.csv:3 instrument"], "line 5"),
    ("instrument without id", Y, "- id: d2\n    name", "- name", ["facility.yaml:9 instruments[2].id"], "is missing"),
    ("instrument is a word", Y, "scientists: []\n", "scientists: []\n  - d3\n",
     ["facility.yaml:13 instruments[3]"], "mapping"),
    ("unknown scientist", Y, "[p3]", "[p3, p9]",
     ["facility.yaml:8 instruments[1].scientists[2]"], "no person has the id p9"),
    ("scientists not a list", Y, "[p3]", "p3", ["facility.yaml:8 instruments[1].scientists"], "must be a list"),
    ("tab in YAML", Y, "    name: D1", "\tname: D1", ["facility.yaml:6"], "is not YAML"),
    ("bracket open", Y, "[p3]", "[p3", ["facility.yaml:9"], "is not YAML"),
    ("two documents", Y, "name: Little", "---\nname: Little", ["facility.yaml:2"], "is not YAML"),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=[f"{case[1]}: {case[0]}" for case in WRONG])
def test_a_wrong_place_is_told_with_file_line_and_field(folder, case):
    _, file, old, new, places, message = case
    folder.change(file, old, new)
    problems = folder.problems()
    assert sorted(place for place, _ in problems) == sorted(places)
    first = [said for place, said in problems if place == places[0]]
    assert message in first[0]


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_not_there_is_told_once_and_blames_no_other(folder, file):
    (folder.root / file).unlink()
    assert folder.problems() == [(f"{file}:0", "is not there")]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n \n"])
def test_an_empty_file_is_told_and_never_read_as_nobody(folder, file, content):
    folder.put(file, content)
    assert folder.problems() == [(f"{file}:0", "is empty")]


@pytest.mark.parametrize("file", [P, E, T])
def test_a_file_cut_after_its_header_is_told(folder, file):
    folder.put(file, (folder.root / file).read_bytes().partition(b"\n")[0] + b"\n")
    assert folder.problems() == [(f"{file}:1", "has no line below its header")]


def test_an_empty_list_of_instruments_is_told(folder):
    text = (folder.root / Y).read_text()
    folder.put(Y, f"{text.partition('instruments:')[0]}instruments: []\n".encode())
    assert folder.problems() == [("facility.yaml:4 instruments", "names no instrument")]


@pytest.mark.parametrize("file", [P, E, T])
@pytest.mark.parametrize(
    "export",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("\n", "\n\n").encode(),
        lambda text: f"{text},,\n".encode() if text.startswith("experiment,") else text.encode(),
    ],
    ids=["BOM", "semicolons", "tabs", "Windows", "old Mac", "no last line end", "blank lines", "empty cells"],
)
def test_what_spreadsheets_write_is_understood(folder, file, export):
    expected = folder.read()
    folder.put(file, export((folder.root / file).read_text()))
    assert folder.read() == expected


def test_columns_may_come_in_any_order(folder):
    expected = folder.read()
    lines = [line.split(",") for line in (folder.root / P).read_text().splitlines()]
    folder.put(P, "".join(",".join(reversed(cells)) + "\n" for cells in lines).encode())
    assert folder.read() == expected


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ("id,name\np1,Ána\n".encode("utf-16"), "people.csv:1", "is UTF-16"),
        ("id,name\np1,Ana\np2,Ána\n".encode("latin-1"), "people.csv:3", "is not UTF-8: byte 0xc1"),
        (b"id,name\np1,A\0na\n", "people.csv:2", "NUL"),
        (b"x" * (MOST_BYTES + 1), "people.csv:0", "larger than 64 MiB"),
        (b"\x89PNG\r\n\x1a\n", "people.csv:1", "is not UTF-8"),
    ],
    ids=["UTF-16", "Latin-1", "NUL", "huge", "picture"],
)
def test_what_is_no_utf_8_text_is_refused_with_its_line(folder, content, place, message):
    folder.put(P, content)
    [(where, said)] = folder.problems()
    assert where == place
    assert message in said


def test_a_line_break_inside_a_cell_becomes_a_space_and_lines_are_counted_on(folder):
    folder.change(E, "First", '"First,\n  line two"')
    folder.change(E, "2026-02-10,2026-02-10", "2026-02-10,2026-02-31")
    assert folder.problems()[0][0] == "experiments.csv:4 ends_on"
    folder.change(E, "2026-02-31", "2026-02-10")
    assert folder.read().experiments[0].title == "First, line two"


def test_all_problems_of_all_files_are_told_in_their_order(folder):
    folder.change(T, "e2,p3,collaborator", "e2,p3,boss")
    folder.change(P, "2001,2001", "1,1")
    folder.change(Y, "version: 1", "version: one")
    assert [place for place, _ in folder.problems()] == [
        "facility.yaml:1 version",
        "people.csv:2 uid",
        "people.csv:2 gid",
        "teams.csv:5 role",
    ]


def test_one_mistake_in_very_many_lines_is_counted_instead_of_told_for_ever(folder):
    lines = [f"q{n},Q,q{n}@x.example,,q{n},1,2000,,\n" for n in range(MOST_PER_FILE + 70)]
    folder.put(P, ((folder.root / P).read_text() + "".join(lines)).encode())
    problems = folder.problems()
    assert len(problems) == MOST_PER_FILE + 1
    assert problems[-1] == ("people.csv:0", "70 more problems are not listed")


def test_orcid_addresses_and_the_letter_x_are_understood(folder):
    folder.change(P, "0000-0002-1825-0097", "https://orcid.org/0000-0000-1000-003x")
    assert folder.read().people[0].orcid == "0000-0000-1000-003X"


def test_a_relative_data_root_begins_at_the_folder(folder):
    folder.change(Y, "/srv/data", "../store")
    folder.put(E, (folder.root / E).read_text().replace("/srv/data/", "").encode())
    assert folder.read().experiments[0].raw_path == f"{folder.root.parent}/store/v/1/RAW"


def test_yaml_words_stay_as_they_are_written(folder):
    folder.change(Y, "id: d2", "id: 007")
    folder.change(Y, "name: D2", "name: no")
    folder.change(E, ",d2,", ",007,")
    assert folder.read().instruments[1] == replace(folder.read().instruments[1], id="007", name="no")


def test_a_deeply_nested_yaml_file_is_told(folder):
    folder.put(Y, b"[" * 50_000)
    assert folder.problems()[0] == ("facility.yaml:0", "is nested too deeply")


def test_a_folder_that_is_not_there_is_a_fault(tmp_path):
    with pytest.raises(Fault):
        FileFacility(tmp_path / "nowhere").read()


def test_a_file_that_is_no_file_is_a_fault(folder):
    (folder.root / T).unlink()
    (folder.root / T).mkdir()
    with pytest.raises(Fault) as caught:
        folder.read()
    assert "teams.csv" in caught.value.detail


def test_the_examples_in_config_are_right():
    state = FileFacility(Path(__file__).parents[2] / "config/facility").read()
    assert {one.id for one in state.experiments} == {"ch-6301", "in-1180"}
    assert state.experiments[1].raw_path == "/data/visitor/in1180/bm19/20260302/RAW_DATA"


def test_the_message_of_bad_files_reads_like_a_compiler(folder):
    folder.change(P, "2001,2001", "1,2001")
    with pytest.raises(BadFiles, match=r"^people\.csv:2: uid: 1 is below 1000"):
        folder.read()
