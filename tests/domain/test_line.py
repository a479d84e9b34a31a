"""The line before a cloud: who is next, who may go now, and that nobody waits for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from visa.domain.line import Room, Wish, in_order, walk
from visa.domain.quota import Amount, Bound, Limits, Number, Whose

T0 = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)


def wish(name: str, owner: str, *, minute: int = 0, vcpus: int = 1, gpus: int = 0, on: tuple[str, ...] = ()) -> Wish:
    return Wish(name, owner, T0 + timedelta(minutes=minute), Amount(1, vcpus, 1024, gpus), on)


def cloud(limits: Limits, used: Amount | None = None) -> Bound:
    return Bound(Whose.CLOUD, "main", used or Amount(), limits)


def experiment(name: str, limit: int, used: int) -> Bound:
    return Bound(Whose.EXPERIMENT, name, Amount(used), Limits(instances=limit))


def going(*wishes: Wish, room: Room) -> list[str]:
    return [turn.wish.id for turn in walk(wishes, room) if turn.block is None]


def test_fewer_machines_go_first_then_who_waits_longest_then_the_id():
    wishes = [
        wish("c", "cy", minute=5),
        wish("b", "bo", minute=9),
        wish("a2", "al", minute=1),
        wish("a1", "al", minute=1),
    ]
    assert [one.id for one in in_order(wishes, {"cy": 0, "bo": 0, "al": 0})] == ["a1", "c", "b", "a2"]
    assert [one.id for one in in_order(wishes, {"cy": 2, "bo": 0, "al": 1})] == ["b", "a1", "a2", "c"]


def test_the_second_wish_of_one_person_goes_after_the_first_of_another():
    first, second, other = wish("a1", "al"), wish("a2", "al"), wish("b", "bo", minute=60)
    assert [one.id for one in in_order([second, other, first], {})] == ["a1", "b", "a2"]


def test_a_big_one_is_not_starved_by_small_ones_behind_it():
    room = Room((cloud(Limits(vcpus=8), Amount(4, 4)),))
    assert going(wish("big", "al", vcpus=8), wish("small", "bo", vcpus=1), room=room) == []


def test_those_behind_go_with_what_the_big_one_does_not_need():
    room = Room((cloud(Limits(instances=9, gpus=1), Amount(1, gpus=1)),))
    assert going(wish("gpu", "al", gpus=1), wish("plain", "bo"), wish("gpu2", "cy", gpus=1), room=room) == ["plain"]


def test_a_full_experiment_blocks_nobody_outside_it():
    room = Room((cloud(Limits(vcpus=8)),), {"e1": experiment("e1", 2, 2), "e2": experiment("e2", 2, 1)})
    line = [wish("a", "al", vcpus=8, on=("e1", "e2")), wish("b", "bo", on=("e2",)), wish("c", "cy")]
    turns = walk(line, room)
    assert turns[0].block
    assert turns[0].block.code == "experiment_full"
    assert "of experiment e1" in turns[0].block.reason
    assert turns[1].block
    assert turns[1].block.code == "behind_others"
    assert turns[2].block is None


def test_who_may_have_less_than_before_holds_nobody_up():
    people = {"al": Bound(Whose.OWN, "al", Amount(1), Limits(instances=1))}
    turns = walk([wish("a", "al"), wish("b", "bo")], Room((cloud(Limits(instances=1)),), people=people))
    assert [turn.block and turn.block.code for turn in turns] == ["own_limit", None]


def test_a_line_says_its_places_and_why():
    turns = walk([wish("a", "al"), wish("b", "bo")], Room((cloud(Limits(instances=3), Amount(3)),)))
    assert [turn.place for turn in turns] == [1, 2]
    assert turns[0].block
    assert turns[0].block.reason == "All 3 desktops of the cloud are in use."


wishes = st.lists(
    st.builds(
        lambda owner, minute, vcpus, gpus, on: wish(
            "", owner, minute=minute, vcpus=vcpus, gpus=gpus, on=tuple(sorted(on))
        ),
        st.sampled_from("abcd"),
        st.integers(0, 9),
        st.integers(1, 8),
        st.integers(0, 1),
        st.sets(st.sampled_from(["e1", "e2"])),
    ),
    max_size=8,
).map(
    lambda some: [Wish(f"w{n}", one.owner_id, one.since, one.amount, one.experiment_ids) for n, one in enumerate(some)]
)


@given(wishes=wishes, used=st.integers(0, 8), full=st.integers(0, 3))
def test_letting_in_exceeds_no_limit(wishes, used, full):
    room = Room(
        (cloud(Limits(instances=6, vcpus=12, gpus=1), Amount(used, used)),),
        {name: experiment(name, 2, full) for name in ("e1", "e2")},
    )
    let_in = [turn.wish for turn in walk(in_order(wishes, {}), room) if turn.block is None]
    total = sum((one.amount for one in let_in), room.cloud[0].used)
    for number in Number:
        limit = room.cloud[0].limits.of(number)
        assert limit is None or total.of(number) <= limit or not any(one.amount.of(number) for one in let_in)
    for name in ("e1", "e2"):
        named = [one for one in let_in if name in one.experiment_ids]
        assert not named or full + len(named) <= 2


@given(wishes=wishes.filter(bool))
def test_whoever_comes_first_gets_in_once_the_others_are_done_however_many_come_behind(wishes):
    first = wishes[0]
    behind = [Wish(f"later{n}", "z", T0 + timedelta(days=1), Amount(1, 1, 1024)) for n in range(20)]
    busy = Room((cloud(Limits(instances=8, vcpus=8, gpus=1), Amount(1, 1, gpus=1)),))
    line = [first, *behind]
    got = walk(line, busy)
    taken = sum((turn.wish.amount for turn in got if turn.block is None), Amount())
    if got[0].block is not None:  # the machine before ends, and those that were let in meanwhile run on
        room = Room((cloud(Limits(instances=8, vcpus=8, gpus=1), taken),))
        assert walk(line[:1], room)[0].block is None
