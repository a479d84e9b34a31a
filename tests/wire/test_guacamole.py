"""Guacamole's instructions: the same ones for any chunking, never an exception, bounded memory, one way to count."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visa.wire.failed import Failed
from visa.wire.guacamole import MAX_DIGITS, MAX_ELEMENTS, MAX_INSTRUCTION, Instruction, Instructions, encoded

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
instructions = st.lists(texts, min_size=1, max_size=12)


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(places)]


def followed(parts: list[bytes]) -> list[Instruction | Failed]:
    parser = Instructions()
    events: list[Instruction | Failed] = []
    for part in parts:
        parser.receive(part)
        events += parser.events()
        assert len(parser.rest) <= MAX_INSTRUCTION + MAX_DIGITS + 1
    return events


@given(st.lists(instructions, max_size=8), st.lists(st.integers(0, 10_000), max_size=12))
def test_what_was_written_is_read_for_any_chunking(wanted: list[list[str]], cuts: list[int]) -> None:
    data = b"".join(encoded(*elements) for elements in wanted)
    events = followed(chunks(data, cuts))
    assert [
        [value.decode() for value in event.elements] for event in events if isinstance(event, Instruction)
    ] == wanted
    assert b"".join(event.data for event in events if isinstance(event, Instruction)) == data


noise = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.one_of(
            instructions.map(lambda elements: encoded(*elements)),
            st.sampled_from(
                [b"1.a", b"2.a,", b"3.\xe2\x82", b"99999.", b"0.;", b"1.\xff;", b"2.\xc3\xa4,", b";", b"1.", b"4"]
            ),
        ),
        max_size=12,
    ).map(b"".join),
)


@given(noise, st.lists(st.integers(0, 10_000), max_size=12))
@example(b"1.\xc3\xa4;", [2])
@example(b"1.a\x80;", [3])
def test_arbitrary_bytes_never_raise_and_chunks_make_no_difference(data: bytes, cuts: list[int]) -> None:
    whole, split = followed([data]), followed(chunks(data, cuts))
    assert whole == split == followed([bytes([byte]) for byte in data])
    assert sum(isinstance(event, Failed) for event in whole) <= 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x.sync;", "malformed"),
        (b".;", "malformed"),
        (b"-1.a;", "malformed"),
        (b"000004.sync;", "malformed"),
        (b"3.sync;", "malformed"),
        (b"4.sync.", "malformed"),
        (b"1.\xff;", "malformed"),
        (b"1.\xed\xa0\x80;", "malformed"),  # half of a surrogate pair: browsers count it, UTF-8 does not know it
        (b"1.\xc0\xaf;", "malformed"),  # a slash in two bytes
        (b"1.\xf0\x9f;", "malformed"),  # guacd would take the semicolon for a part of the sign
        (b"9999.", "too_large"),
        (b"1.a," * MAX_ELEMENTS + b"1.a;", "too_large"),
        (encoded("x" * MAX_INSTRUCTION), "too_large"),
        (encoded("ä" * (MAX_INSTRUCTION // 2)), "too_large"),
    ],
)
def test_what_cannot_be_followed_fails_with_a_code(data: bytes, code: str) -> None:
    [failed] = followed([data])
    assert isinstance(failed, Failed)
    assert failed.code == code
    assert followed([bytes([byte]) for byte in data]) == [failed]


def test_nothing_is_read_after_a_failure() -> None:
    parser = Instructions()
    parser.receive(encoded("sync", "1") + b"x" + encoded("sync", "2"))
    parser.receive(encoded("sync", "3"))
    first, failed = parser.events()
    assert isinstance(first, Instruction)
    assert first.args == (b"1",)
    assert isinstance(failed, Failed)
    assert list(parser.events()) == []
    assert parser.rest == b""


def test_what_was_not_read_yet_is_left_as_it_came() -> None:
    parser = Instructions()
    parser.receive(encoded("ready", "$1") + b"7.anythin\xff")
    assert isinstance(parser.next(), Instruction)
    assert parser.rest == b"7.anythin\xff"


def test_the_longest_instruction_that_guacd_takes_is_taken() -> None:
    frame = len(encoded("x" * 8000)) - 8000
    [event] = followed([encoded("x" * (MAX_INSTRUCTION - frame))])
    assert isinstance(event, Instruction)
    assert len(event.data) == MAX_INSTRUCTION


def test_lengths_count_code_points() -> None:
    assert encoded("clipboard", "ä🦊") == "9.clipboard,2.ä🦊;".encode()
    [event] = followed(["9.clipboard,2.ä🦊;".encode()])
    assert isinstance(event, Instruction)
    assert (event.opcode, event.args) == (b"clipboard", ("ä🦊".encode(),))
