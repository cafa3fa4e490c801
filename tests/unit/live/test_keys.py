"""Where keys come from, and that nothing says them aloud."""

import copy
import os
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from venues.errors import InputError
from venues.live.dialect import Family
from venues.live.keys import credentials_from

SPOT, HYPERLIQUID = Family.BINANCE_SPOT, Family.HYPERLIQUID
KEY, SECRET = "canaryKEY0123456789", "canarySECRET0123456789"
TEXT = f'api_key = "{KEY}"\nsecret = "{SECRET}"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    path.touch(mode=0o600)
    path.write_text(TEXT)
    return path


def test_a_private_file_gives_its_keys(file: Path) -> None:
    found = credentials_from(f"file:{file}", SPOT, {})
    assert found.for_ccxt() == {"apiKey": KEY, "secret": SECRET}
    assert set(found.secrets()) == {KEY, SECRET}


def test_the_environment_gives_them_under_its_prefix() -> None:
    environ = {"MINE_API_KEY": KEY, "MINE_SECRET": f" {SECRET}\n", "OTHER_SECRET": "x"}
    found = credentials_from("env:MINE", SPOT, environ)
    assert found.for_ccxt() == {"apiKey": KEY, "secret": SECRET}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_file_that_others_may_read_is_refused_with_the_remedy(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(InputError, match="chmod 600"):
        credentials_from(f"file:{file}", SPOT, {})


def test_a_file_that_others_may_replace_is_refused(file: Path) -> None:
    file.parent.chmod(0o777)
    with pytest.raises(InputError, match="chmod 700"):
        credentials_from(f"file:{file}", SPOT, {})


def test_a_link_is_not_followed(file: Path) -> None:
    link = file.with_name("link.toml")
    link.symlink_to(file)
    with pytest.raises(InputError, match="no file of keys"):
        credentials_from(f"file:{link}", SPOT, {})


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    for where in (tmp_path / "not_there.toml", tmp_path):
        with pytest.raises(InputError, match=r"no file of keys|not a plain file"):
            credentials_from(f"file:{where}", SPOT, {})


@pytest.mark.parametrize(
    "text",
    [
        f'api_key = "{KEY}\n',
        f'api_key = "{KEY}"\nsecret = 5\n',
        f'api_key = "{KEY}"\nsecret = "{SECRET}"\npassword = "{SECRET}"\n',
        f'api_key = "{KEY}"\n{SECRET}\n',
        "x" * 70_000,
    ],
)
def test_a_malformed_file_is_refused_without_a_word_of_what_is_in_it(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        credentials_from(f"file:{file}", SPOT, {})
    told = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__suppress_context__}"
    assert KEY not in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("source", "family", "says"),
    [
        ("env:MINE", SPOT, "no api_key and no secret"),
        ("env:HALF", HYPERLIQUID, "no private_key"),
        ("MINE", SPOT, "name a source"),
        ("vault:MINE", SPOT, "name a source"),
        (KEY, SPOT, "name a source"),
    ],
)
def test_a_source_that_gives_nothing_is_refused(source: str, family: Family, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        credentials_from(source, family, {"HALF_WALLET": "0x" + "1" * 40})
    assert KEY not in str(caught.value)


def test_the_keyring_gives_them_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("mine", "api_key"): KEY, ("mine", "secret"): SECRET}
    ring = SimpleNamespace(get_password=lambda service, name: kept.get((service, name)))
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert set(credentials_from("keyring:mine", SPOT, {}).secrets()) == {KEY, SECRET}
    with pytest.raises(InputError, match="no api_key"):
        credentials_from("keyring:other", SPOT, {})


def test_credentials_are_neither_shown_nor_copied_out(file: Path) -> None:
    found = credentials_from(f"file:{file}", SPOT, {})
    assert SECRET not in f"{found} {found!r} {[found]} {vars} {os.fspath(file)}"
    with pytest.raises(TypeError):
        pickle.dumps(found)
    with pytest.raises(TypeError):
        copy.copy(found)
