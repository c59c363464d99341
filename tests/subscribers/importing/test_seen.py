from subscribers.importing.seen import Seen


def test_a_text_is_new_once() -> None:
    seen = Seen()

    assert [seen.add("anne"), seen.add("bart"), seen.add("anne")] == [True, True, False]


def test_it_grows_and_forgets_nothing() -> None:
    seen = Seen()
    texts = [f"reader-{n}" for n in range(10_000)]

    assert sum(seen.add(text) for text in texts) == 10_000
    assert sum(seen.add(text) for text in texts) == 0
