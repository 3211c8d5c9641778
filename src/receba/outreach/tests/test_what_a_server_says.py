"""A mail server's answers: who is at fault, whether to try again, whether anybody knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receba.outreach.core.replies import Failure, Result, Stage, judge_reply, judge_silence


@pytest.mark.parametrize(
    ("stage", "code", "text", "result", "failure"),
    [
        (Stage.RECIPIENT, 550, "5.1.1 User unknown", Result.REFUSED, Failure.ADDRESS),
        (Stage.RECIPIENT, 550, "no such user here", Result.REFUSED, Failure.ADDRESS),
        (Stage.RECIPIENT, 550, "5.7.1 blocked by policy", Result.REFUSED, Failure.CONTENT),
        (Stage.RECIPIENT, 550, "5.2.1 mailbox disabled", Result.REFUSED, Failure.ADDRESS),
        (Stage.RECIPIENT, 552, "5.2.2 mailbox full", Result.LATER, Failure.TEMPORARY),
        (Stage.RECIPIENT, 552, "quota exceeded", Result.LATER, Failure.TEMPORARY),
        (Stage.RECIPIENT, 451, "4.7.1 greylisted", Result.LATER, Failure.TEMPORARY),
        (Stage.DATA, 554, "5.5.1 no valid recipients", Result.REFUSED, Failure.CONTENT),
        (Stage.BODY, 554, "5.7.1 looks like spam", Result.REFUSED, Failure.CONTENT),
        (Stage.BODY, 452, "4.3.1 disk full", Result.LATER, Failure.TEMPORARY),
        (Stage.SENDER, 553, "5.7.1 sender not yours", Result.LATER, Failure.OURS),
        (Stage.CONNECT, 535, "5.7.8 bad password", Result.LATER, Failure.OURS),
        (Stage.BODY, -1, "garbage", Result.UNKNOWN, Failure.CONNECTION),
        (Stage.RECIPIENT, -1, "", Result.LATER, Failure.CONNECTION),
    ],
)
def test_an_answer_says_whose_fault_it_is(stage, code, text, result, failure):
    outcome = judge_reply(stage, code, text)
    assert (outcome.result, outcome.failure) == (result, failure)


@pytest.mark.parametrize(("stage", "code"), [(Stage.SENDER, 550), (Stage.CONNECT, 421), (Stage.RECIPIENT, 421)])
def test_a_server_that_refuses_us_stops_the_round(stage, code):
    assert judge_reply(stage, code, "no").stops


@given(st.sampled_from(list(Stage)))
def test_silence_is_unknown_once_the_body_travelled_and_only_then(stage):
    assert (judge_silence(stage, "timed out").result == Result.UNKNOWN) is (stage == Stage.BODY)


@given(st.sampled_from(list(Stage)), st.integers(-1, 999), st.text(max_size=40))
def test_no_answer_makes_a_message_go_twice(stage, code, text):
    """After the body began to travel, only a clear refusal lets the program try again by itself."""
    outcome = judge_reply(stage, code, text)
    if stage == Stage.BODY and outcome.result == Result.LATER:
        assert 400 <= code <= 599
    assert outcome.result != Result.ACCEPTED
