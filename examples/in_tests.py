"""What did my code call, and what did it cost? In your own tests, without any set-up."""

from __future__ import annotations

from openai import OpenAI

from aso.testing import capture_events


def answer(question: str) -> str | None:
    found = OpenAI().chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return found.choices[0].message.content


def test_a_question_is_one_call_of_the_small_model() -> None:
    with capture_events() as events:
        answer("What is 2 + 2?")
    assert [event.to_dict()["request_model"] for event in events] == ["gpt-4o-mini"]


test_a_question_is_one_call_of_the_small_model()
print("the test has passed")
