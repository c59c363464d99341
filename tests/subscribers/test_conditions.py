import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db
from newsletter.models import Delivery, DeliveryState
from subscribers import conditions
from subscribers.columns import table_of
from tests.factories import make_subscriber
from tests.subscribers.importing.bringing import bring
from tests.subscribers.readers import emails, some_readers


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        ("language=fr", {"anne", "cris"}),
        ("language=fr-BE", {"cris"}),
        ("language=nl,none", {"bart", "dora"}),
        ("language!=fr", {"bart", "dora"}),
        ("not language=none", {"anne", "bart", "cris"}),
        ("tag=press", {"anne", "bart"}),
        ("tag=Press,schools", {"anne", "bart", "cris"}),
        ("tag=press and not tag=schools", {"bart"}),
        ("language=nl,fr and tag=press and not tag=schools", {"bart"}),
        ("not tag=press", {"cris", "dora"}),
        ("language=nl or tag=schools", {"anne", "bart", "cris"}),
        ("language=fr and (tag=press or language=fr-BE)", {"anne", "cris"}),
        ("domain=example.net", {"dora"}),
        ("domain!=example.net", {"anne", "bart", "cris"}),
        ("domain=ample.org", set()),
        ("joined>=2025-03-02", {"cris"}),
        ("joined>2025-03-01", {"cris"}),
        ("joined<=2025-03-01", {"anne", "bart", "dora"}),
        ("joined<2025-03-01", {"anne"}),
        ("joined=2025-03-01", {"bart", "dora"}),
        ("joined!=2025-03-01", {"anne", "cris"}),
        ("joined=2025-02-28,2025-03-02", {"anne", "cris"}),
        ("confirmed>2025-01-01", {"anne", "cris"}),
        ("not confirmed>2025-01-01", {"bart", "dora"}),
        # From NOON's day in June 2026 back to 1 March 2025, and one day less.
        ("joined>=-457d", {"bart", "cris", "dora"}),
        ("joined>=-456d", {"cris"}),
        ("joined=-457d", {"bart", "dora"}),
        ("second=de", {"anne", "cris"}),
        ("second!=de", {"bart", "dora"}),
        ("second=none", {"bart", "dora"}),
        ("language=nl or second=de", {"anne", "bart", "cris"}),
        ("list=press", {"anne", "bart"}),
        ("list=PRESS,gone", {"anne", "bart"}),
        ("not list=press", {"cris", "dora"}),
        ("attribute.city=Liège", {"anne", "bart"}),
        ("attribute.city!=Liège", {"cris", "dora"}),
        ("attribute.city=none", {"dora"}),
        ('attribute.city="none"', {"cris"}),
        ("attribute.city=Liège,none", {"anne", "bart", "dora"}),
        ('attribute."home town"=namur', {"bart"}),
        ("received=1", {"anne"}),
        ("received=1,2", {"anne", "bart"}),
        ("received!=1", {"bart", "cris", "dora"}),
        ("received=3", set()),
        ("list=press and not received=1", {"bart"}),
    ],
)
def test_a_rule_selects(session: Session, rule: str, chosen: set[str]) -> None:
    some_readers(session)

    assert emails(session, rule) == chosen


def test_rules_hold_no_sql(session: Session) -> None:
    make_subscriber(session, tags=("press",))

    assert emails(session, """tag="' or 1=1 --" """) == set()
    assert emails(session, "tag=%") == set()


@pytest.mark.parametrize(
    "hostile",
    [
        "' or 1=1 --",
        "%",
        "_",
        "*",
        "[a-z]",
        "\\",
        "é☃𝔘‮",
        "'; drop table subscriber; --",
        "a" * 1880,
        "É" * 1880,
    ],
)
def test_hostile_values_select_nobody(session: Session, hostile: str) -> None:
    some_readers(session)
    everybody = {"anne", "bart", "cris", "dora"}

    for field in ("tag", "attribute.city", "list", f'attribute."{hostile[:99]}"'):
        rule = f'{field}="{hostile}"'
        assert emails(session, rule) == set()
        assert emails(session, f"not {rule}") == everybody


@pytest.mark.parametrize(
    ("part", "joint"),
    [
        ("fr", ","),
        ("received=1", " or "),
        ("attribute.a=b", " and "),
        ("not list=a", " or "),
        ("tag=a", " or not "),
    ],
)
def test_the_longest_rules_are_answered(
    session: Session, part: str, joint: str
) -> None:
    make_subscriber(session)
    start = "language=" if joint == "," else ""
    parts = [part] * ((2000 - len(start)) // len(part + joint))

    assert emails(session, start + joint.join(parts)) is not None


def test_the_ledger_is_called_what_rules_call_it() -> None:
    named = {column.name for column in conditions._DELIVERY.columns}
    ledger = table_of(Delivery)

    assert conditions._DELIVERY.name == ledger.name
    assert named <= set(ledger.columns.keys())
    assert DeliveryState.ACCEPTED.value == "accepted"


field = st.sampled_from(
    [
        "language",
        "second",
        "tag",
        "domain",
        "joined",
        "confirmed",
        "list",
        "received",
        "attribute.city",
        'attribute."home town"',
    ]
)
value = {
    "second": st.sampled_from(["de", "de-AT", "none", "de,none", "nl"]),
    "list": st.sampled_from(["press", "newsletter", "gone,press"]),
    "received": st.sampled_from(["1", "2", "1,2", "77"]),
    "attribute.city": st.sampled_from(["liège", "none", '"none"', "Liège,none"]),
    'attribute."home town"': st.sampled_from(["Namur", "none", '"%"']),
    "language": st.sampled_from(["fr", "nl-BE", "none", "fr,none"]),
    "tag": st.sampled_from(["press", '"a % b"', "press,schools"]),
    "domain": st.just("example.org"),
    "joined": st.sampled_from(["2025-03-01", "-457d"]),
    "confirmed": st.just("2025-03-01"),
}
sign = st.sampled_from(["=", "!="])
condition = field.flatmap(
    lambda name: st.tuples(st.just(name), sign, value[name]).map("".join)
)
any_rule = st.recursive(
    condition,
    lambda inner: st.one_of(
        inner.map("not {}".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda three: f"({' '.join(three)})"
        ),
    ),
    max_leaves=6,
)


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rule=any_rule)
def test_everybody_is_in_a_segment_or_in_its_opposite(
    session: Session, rule: str
) -> None:
    if not emails(session):
        some_readers(session)

    chosen, others = emails(session, rule), emails(session, f"not ({rule})")

    assert chosen & others == set()
    assert chosen | others == {"anne", "bart", "cris", "dora"}


def test_what_an_import_brings_can_be_asked_for(engine: Engine) -> None:
    bring(
        engine,
        "email,City,Home town\nanne@example.org,LIÈGE,Namur\n"
        "bart@example.org,Gand,\n".encode(),
    )

    with db.reading(engine) as session:
        assert emails(session, "attribute.city=liège") == {"anne"}
        assert emails(session, 'attribute."home town"=none') == {"bart"}
