"""`caseledger policy`: packs are checked and compared, in words that name the file, the key and the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.cli import main
from policies import shipped
from tests.domain.packs import example_text


def test_sound_packs_are_told_in_a_line_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(example_text())

    assert main(["policy", "check", *shipped(), str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["ok", f"{name}:"] for name in (*shipped(), file)]
    assert lines[-1] == f"ok    {file}: beech-lane 2026-09, Social media and complaints (Beech Lane)"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("cycle_months = 12", "cycle_months = 0", "review.cycle_months: Expected `int` >= 1"),
        ('needs = ["MEETING_UNRESOLVED"]', 'needs = ["RAIN"]', "rules[0].needs[0]: there is no fact RAIN"),
        ("format = 1", "format =", "is not TOML: Invalid value"),
        ("Beech Lane", "\udce9", "is not UTF-8 at byte "),
    ],
)
def test_a_pack_that_is_not_sound_is_told_with_file_key_and_rule_and_the_others_are_read(
    old: str, new: str, told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_bytes(example_text().replace(old, new, 1).encode(errors="surrogateescape"))

    assert main(["policy", "check", str(wrong), "libra"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"WRONG {wrong}: {told}")
    assert second.startswith("ok    libra: libra ")
    assert main(["policy", "diff", "libra", str(wrong)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith(f"caseledger policy: {wrong}: {told}")) == ("", True)


def test_what_differs_between_two_packs_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before, after = tmp_path / "before.toml", tmp_path / "after.toml"
    before.write_text(example_text())
    after.write_text(example_text().replace("cycle_months = 12", "cycle_months = 24"))

    assert main(["policy", "diff", str(before), str(after)]) == 0
    assert capsys.readouterr().out.splitlines()[3:] == [
        "Review",
        "  changed: Review of the policy, L3",
        "    every was: 12 calendar months",
        "    every now: 24 calendar months",
    ]
    assert main(["policy", "diff", "libra", "libra"]) == 0
    assert capsys.readouterr().out.endswith("\nThe two packs say the same.\n")


@pytest.mark.parametrize("words", [["check"], ["diff", "libra"], []])
def test_a_pack_that_is_not_there_is_named(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", *words, *(["/nowhere/pack.toml"] if words else [])]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    if words:
        assert printed.err == (
            "caseledger policy: /nowhere/pack.toml: No such file or directory, and no pack of this name is shipped\n"
        )


def test_a_file_goes_before_a_shipped_pack_of_the_same_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "libra").write_text(example_text())

    assert main(["policy", "check", "libra"]) == 0
    assert capsys.readouterr().out.startswith("ok    libra: beech-lane ")
