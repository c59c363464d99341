import pytest

from newsletter import relays


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("anne@gmail.com", "gmail"),
        ("anne@googlemail.com", "gmail"),
        ("bart@hotmail.be", "microsoft"),
        ("bart@live.nl", "microsoft"),
        ("cris@yahoo.co.uk", "yahoo"),
        ("anne@wanadoo.fr", "orange"),
        ("bart@skynet.be", "proximus"),
        ("bart@pandora.be", "telenet"),
        ("cris@t-online.de", "t-online"),
        ("cris@web.de", "gmx"),
        ("Anne@GMail.COM", "gmail"),
        ("anne@example.org", "example.org"),
        # Not every domain that begins like a provider's is one.
        ("anne@live.example.org", "live.example.org"),
        ("anne@notgmail.com", "notgmail.com"),
    ],
)
def test_an_address_belongs_to_the_group_of_its_receiver(
    address: str, group: str
) -> None:
    assert relays.group_of(address) == group


@pytest.mark.parametrize("group", ["gmail", "microsoft", "gmx", "example.org"])
def test_the_domains_of_a_group_lead_back_to_it(group: str) -> None:
    domains = relays.domains_of(group)

    assert domains
    assert {relays.group_of(f"anne@{domain}") for domain in domains} == {group}
