"""Settings from the environment, and the addresses they give."""

import pytest

from sibkb.settings import Settings


def repository(address: str | None) -> Settings:
    return Settings.from_environment({} if address is None else {"SIBKB_REPOSITORY": address})


def test_nothing_is_set():
    given = Settings.from_environment({})
    assert given == Settings()
    assert given.edit_address("cases/a.md") is None
    assert given.page_address("CONTRIBUTING.md") is None


@pytest.mark.parametrize("address", ["https://code.example/us/sibkb", " https://code.example/us/sibkb/ "])
def test_where_a_file_is_changed_and_read(address):
    given = repository(address)
    assert given.edit_address("cases/a b.md") == "https://code.example/us/sibkb/edit/main/corpus/cases/a%20b.md"
    assert given.page_address("docs/search.md") == "https://code.example/us/sibkb/blob/main/docs/search.md"


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "code.example/us", "file:///etc"])
def test_what_is_no_address_on_the_web_is_none(address):
    assert repository(address).repository is None
