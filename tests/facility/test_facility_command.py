"""`visa facility check`: an export can be tried before the platform reads it."""

from click.testing import CliRunner

from visa.cli.main import cli


def run(*arguments: str):
    return CliRunner().invoke(cli, ["facility", "check", *arguments])


def test_right_files_are_counted(folder):
    result = run(str(folder.root))
    assert (result.exit_code, result.output) == (0, "all is well: 3 people, 2 instruments, 2 experiments\n")


def test_wrong_files_are_listed_place_by_place_and_fail(folder):
    folder.change("people.csv", "2001,2001", "1,2001")
    folder.change("teams.csv", "e2,p3", "e2,p8")
    result = run(str(folder.root))
    assert result.exit_code == 1
    assert "people.csv:2: uid: 1 is below 1000" in result.output
    assert "teams.csv:5: person: no person has the id p8" in result.output


def test_a_missing_folder_is_named(tmp_path):
    result = run(str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert f"{tmp_path}/nowhere: No such file or directory" in result.output
