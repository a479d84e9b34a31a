"""What `visa status` says of a job's report."""

from visa.cli.status import brief


def test_a_report_is_told_in_words_and_what_is_empty_is_left_out():
    report = {"seen": 2, "alert": "", "steps": {"Rest": 1}, "memory": True, "cpu": False, "gone": {}}
    assert brief(report) == "seen 2, steps (Rest 1), memory yes, cpu no"


def test_a_message_is_left_for_the_lines_below_the_table():
    assert brief({"code": "bad_files", "message": "people.csv:3: uid\nteams.csv:2: role"}) == "code bad_files"
