"""Who is logged in, told by the real `who` from login records that this test writes."""

import pytest

RECORDS = """
    import os, struct, subprocess
    from visa_guest import facts
    subprocess.run(["mount", "-t", "tmpfs", "visa", "/run"], check=True)

    def record(login, line, host, kind=7):
        text = (one.encode() for one in (line, line[-4:], login, host))
        return struct.pack("hi32s4s32s256shhiii4i20x", kind, os.getpid(), *text, 0, 0, 0, 1767225600, 0, 0, 0, 0, 0)

    def here(*records):
        with open("/run/utmp", "wb") as file:
            file.writelines(record(*one) for one in records)
        said = facts.report(port=9, disks=(), workspace={}, mounts=[])
        return [said["logins"], [user["login"] for user in said["users"]]]
"""


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([], [0, []]),
        ([("ada", "pts/0", "10.0.0.5")], [1, ["ada"]]),
        ([("ada", "pts/0", "10.0.0.5"), ("ada", "tty1", "")], [2, ["ada", "ada"]]),
        ([("ada", ":1", ":1"), ("ada", "pts/1", ":1.0")], [0, ["ada", "ada"]]),
        ([("ada", "pts/0", "", 8)], [0, []]),
    ],
    ids=["nobody", "by ssh", "by ssh and at the console", "in the desktop", "not any more"],
)
def test_logins_are_counted_besides_the_desktop(inside, records, told):
    assert inside(RECORDS + "\n    came = here(*records)", records=records) == told


def test_without_login_records_nobody_can_tell(inside):
    said = inside(RECORDS + "\n    came = facts.report(port=9, disks=(), workspace={}, mounts=[])")
    assert (said["logins"], said["users"]) == (None, [])


def test_when_who_fails_nobody_can_tell(inside):
    code = "\n    open('/run/utmp', 'wb').close()\n    os.environ['PATH'] = '/nowhere'\n    came = facts.users()"
    assert inside(RECORDS + code) is None
