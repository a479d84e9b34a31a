"""What `visa status` says of a job's report."""

from visa.cli.status import brief, names, what_to_do
from visa.store.tables import JobReport


def test_a_report_is_told_in_words_and_what_is_empty_is_left_out():
    report = {"seen": 2, "alert": "", "steps": {"Rest": 1}, "memory": True, "cpu": False, "gone": {}}
    assert brief(report) == "seen 2, steps (Rest 1), memory yes, cpu no"


def test_a_message_is_left_for_the_lines_below_the_table():
    assert brief({"code": "bad_files", "message": "people.csv:3: uid\nteams.csv:2: role"}) == "code bad_files"


def test_an_alert_is_told_below_with_what_to_do():
    assert brief({"seen": 1, "alert": "4 of 5 machines are missing", "blind": False}) == "seen 1, blind no"
    assert "credentials" in what_to_do("reconcile", {"blind": True})
    assert "max_missing_share" in what_to_do("reconcile", {"blind": False})


def test_each_job_has_its_own_advice():
    """A setting of the cloud's job is no remedy for anything else, and a dangerous one."""
    clocks = what_to_do("reclaim", {"clocks": True, "undecided": []})
    undecided = what_to_do("reclaim", {"clocks": False, "undecided": ["instance k3v9"]})
    both = what_to_do("reclaim", {"clocks": True, "undecided": ["instance k3v9"]})
    assert "NTP" in clocks
    assert "NTP" not in undecided
    assert "visa policy explain" in undecided
    assert both == f"{clocks} {undecided}"
    assert "visa leaks" in what_to_do("leaks", {})
    assert "visa mail test" in what_to_do("letters", {})
    others = [clocks, undecided, *(what_to_do(job, {}) for job in ("leaks", "letters", "facility"))]
    assert not any("max_missing_share" in one for one in others)


def test_a_job_is_named_with_its_cloud_only_where_it_runs_in_several():
    jobs = [("facility", "main"), ("leaks", "ill"), ("reconcile", "ess"), ("reconcile", "ill")]
    told = names([JobReport(job=job, cloud=cloud) for job, cloud in jobs])
    assert told == ["facility", "leaks", "reconcile in ess", "reconcile in ill"]
