"""boto3: what Bedrock bills by units of its own, and what its agents' runtime is asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.boto3_sdk.scripted import outline, playing

RERANKER = "arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0"
UNITS = {
    "topicPolicyUnits": 1,
    "contentPolicyUnits": 2,
    "wordPolicyUnits": 0,
    "sensitiveInformationPolicyUnits": 0,
    "sensitiveInformationPolicyFreeUnits": 0,
    "contextualGroundingPolicyUnits": 3,
}
ASSESSED = {"usage": UNITS, "action": "NONE", "outputs": [], "assessments": []}


def reranked(client: Any, count: int) -> Any:
    text = {"textDocument": {"text": "Hi"}, "type": "TEXT"}
    return client.rerank(
        queries=[{"type": "TEXT", "textQuery": {"text": "Who?"}}],
        sources=[{"type": "INLINE", "inlineDocumentSource": text}] * count,
        rerankingConfiguration={
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {"modelConfiguration": {"modelArn": RERANKER}},
        },
    )


def test_a_guardrail_says_the_units_of_its_policies() -> None:
    with playing(ASSESSED) as (client, events, _):
        client.apply_guardrail(
            guardrailIdentifier="abcdefghijkl",
            guardrailVersion="DRAFT",
            source="INPUT",
            content=[{"text": {"text": "Hi"}}],
        )
    assert [(one.endpoint, one.operation) for one in events] == [("guardrail/apply", "moderation")]
    units = events[0].to_dict()["units"]
    assert {name: count for name, count in units.items() if count} == {
        "topic_policy_units": 1,
        "content_policy_units": 2,
        "contextual_grounding_policy_units": 3,
    }


@pytest.mark.parametrize(("count", "cost"), [(1, "0.001"), (100, "0.001"), (101, "0.002")])
def test_a_hundred_documents_are_one_query(count: int, cost: str) -> None:
    with playing({"results": []}) as (_, events, script):
        reranked(script.client("bedrock-agent-runtime"), count)
    [event] = [one.to_dict() for one in events]
    assert (event["endpoint"], event["model"]) == ("rerank", "amazon.rerank-v1:0")
    assert (event["total_cost_usd"], event["pricing_status"]) == (cost, "priced")


def test_what_its_agents_runtime_says_nothing_of_is_counted() -> None:
    with playing({"retrievalResults": []}) as (_, events, script):
        agents = script.client("bedrock-agent-runtime")
        agents.retrieve(knowledgeBaseId="KBKBKBKBKB", retrievalQuery={"text": "Who?"})
    assert [outline(event) for event in events] == [
        {
            "kind": "unmetered",
            "sdk": outline(events[0])["sdk"],
            "provider": "bedrock",
            "endpoint": "knowledgebases/retrieve",
            "operation": "search",
            "attempts": 1,
            "outcome": "completed",
            "http_status": 200,
            "usage_source": "none",
        }
    ]


def test_sessions_of_its_agents_runtime_are_kept_free_of_charge() -> None:
    with playing({"sessionSummaries": []}) as (_, events, script):
        script.client("bedrock-agent-runtime").list_sessions()
    assert events == []
