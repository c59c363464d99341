import pytest
from sqlmodel import Session

from newsletter import deliveries
from newsletter.errors import WrongState
from newsletter.models import IssueState
from subscribers import segments
from tests.factories import make_issue, make_segment

State = IssueState


@pytest.mark.parametrize("state", State)
def test_a_segment_stays_with_its_issues_so_that_the_archive_lists_none_of_them(
    session: Session, state: State
) -> None:
    press = make_segment(session, name="press")
    make_issue(session, segment_id=press.id, title="May", state=state)

    with pytest.raises(WrongState, match=rf"“May” \({state}\) goes to “press”"):
        deliveries.remove_segment(session, "press")

    assert segments.all_segments(session) == [press]


def test_a_segment_no_issue_was_made_for_goes(session: Session) -> None:
    make_segment(session, name="press")

    deliveries.remove_segment(session, "press")

    assert segments.all_segments(session) == []


@pytest.mark.parametrize("state", [state for state in State if state != State.STARTING])
def test_a_rule_changes_before_and_after_lists_are_drawn_up(
    session: Session, state: State
) -> None:
    press = make_segment(session, name="press")
    make_issue(session, segment_id=press.id, state=state)

    assert deliveries.change_segment(session, "press", "tag=tv").rule == "tag=tv"


def test_no_rule_changes_while_a_list_is_drawn_up(session: Session) -> None:
    press = make_segment(session, name="press", rule="tag=press")
    make_issue(session, segment_id=press.id, state=State.STARTING)

    with pytest.raises(WrongState, match="wait until it is sending"):
        deliveries.change_segment(session, "press", "tag=tv")

    assert press.rule == "tag=press"
