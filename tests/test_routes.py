"""Which POST is what: metered, billed but unmetered, or free."""

from __future__ import annotations

import pytest

from aso.routes import Route, asked, connected, find, model_asked, settling


@pytest.mark.parametrize(
    ("path", "endpoint", "operation"),
    [
        ("/chat/completions", "chat/completions", "chat"),
        ("https://api.openai.com/v1/chat/completions", "chat/completions", "chat"),
        (
            "/openai/deployments/my-gpt-4o/chat/completions?api-version=1",
            "chat/completions",
            "chat",
        ),
        ("/v1beta/openai/chat/completions", "chat/completions", "chat"),
        ("/responses?beta=true", "responses", "responses"),
        ("/images/generations", "images/generations", "image"),
        ("https://openrouter.ai/api/v1/images", "images", "image"),
        ("https://api.mistral.ai/v1/chat/completions#stream", "chat/completions", "chat"),
        ("https://gateway.internal/ai/v1/chat/completions", "chat/completions", "chat"),
        ("https://gateway.internal/a1b2c3/mine/openai/embeddings", "embeddings", "embeddings"),
        ("/async/chat/completions", "async/chat/completions", "chat"),
        (
            "https://gateway.internal/px/async/chat/completions",
            "async/chat/completions",
            "chat",
        ),
        ("/v1/contextualizedembeddings", "contextualizedembeddings", "embeddings"),
        ("/v1/multimodalembeddings", "multimodalembeddings", "embeddings"),
        ("/v1/publishers/mistralai/models/mistral-ocr-2505:rawPredict", "rawPredict", "ocr"),
        ("/v1/publishers/mistralai/models/mistral-small:rawPredict", "rawPredict", "chat"),
        ("/v1/chat/moderations", "chat/moderations", "moderation"),
        ("/audio/speech", "audio/speech", "speech"),
        ("/audio/transcriptions", "audio/transcriptions", "transcription"),
        ("/v2/rerank", "rerank", "rerank"),
        ("/v1/ocr", "ocr", "ocr"),
        (
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/interactions",
            "interactions",
            "generate_content",
        ),
        ("/decisions", "decisions", "other"),
        ("https://openrouter.ai/api/alpha/decisions", "alpha/decisions", "other"),
        ("/v1/fim/completions", "fim/completions", "completion"),
        ("/search", "search", "search"),
        ("/v1/complete", "complete", "completion"),
        ("/v1/classifications", "classifications", "other"),
        ("/threads/thread_abc123/runs", "threads/runs", "other"),
        ("/threads/runs", "threads/runs", "other"),
        ("/videos", "videos", "video"),
        ("/videos/video_123/remix", "videos/remix", "video"),
        ("/videos/edits", "videos/edits", "video"),
        ("/v1beta/models/veo-3:predictLongRunning", "predictLongRunning", "video"),
        ("/batches", "batches", "batch"),
        ("/responses/compact", "responses/compact", "responses"),
        ("/completions", "completions", "completion"),
        ("/embeddings", "embeddings", "embeddings"),
        ("/moderations", "moderations", "moderation"),
        ("/v1/messages?beta=true", "messages", "messages"),
        ("https://api.deepseek.com/anthropic/v1/messages", "messages", "messages"),
        ("https://gateway.example/team-42/v1/chat/completions", "chat/completions", "chat"),
        ("/v1beta1/projects/p/locations/l/interactions", "interactions", "generate_content"),
        ("/v1/projects/p/locations/l/batchPredictionJobs", "batchPredictionJobs", "batch"),
        ("/v1beta/models/m:asyncBatchEmbedContent", "asyncBatchEmbedContent", "batch"),
        ("/v1/accounts/acme/batchInferenceJobs", "batchInferenceJobs", "batch"),
        (
            "/v1/projects/p/locations/l/endpoints/openapi/chat/completions",
            "chat/completions",
            "chat",
        ),
    ],
)
def test_what_is_metered_has_a_wire_format(path: str, endpoint: str, operation: str) -> None:
    route = find(path)
    assert route is not None and route.shape is not None
    assert (route.endpoint, route.operation) == (endpoint, operation)


@pytest.mark.parametrize(
    ("path", "endpoint", "operation"),
    [
        ("/images/something", "images/something", "image"),
        ("/videos/extensions", "videos/extensions", "video"),
        ("/v1/messages/batches", "messages/batches", "batch"),
        ("/v1/batch/jobs", "batch/jobs", "batch"),
        ("/v1/observability/judges/j_1/live-judging", "observability/judges/live-judging", "other"),
        ("/v1/workflows/schedules/s_1/trigger", "workflows/schedules/trigger", "other"),
        ("https://gateway.internal/my/chat", "my/chat", "other"),
        ("/something/new", "something/new", "other"),
        ("/v1beta/fileSearchStores/docs-1:importFile", "importFile", "other"),
        ("/v1beta/cachedContents", "cachedContents", "other"),
        ("/v1/projects/p/locations/l/tuningJobs", "tuningJobs", "other"),
        ("/v2/projects/project_1/endpoints", "projects/endpoints", "other"),
        ("/v1/deployments", "deployments", "other"),
        ("/v1/deployments/deployment_1/run", "deployments/run", "other"),
        ("/v1/deployments/deployment_1/unpause", "deployments/unpause", "other"),
        ("/v1/sessions", "sessions", "other"),
        ("/agents/sessions/session_1/events", "agents/sessions/events", "other"),
        ("/v1/accounts/mine/dpoJobs/dpo-1:resume", "resume", "other"),
        ("/v1/evaluators/validateUpload", "evaluators/validateUpload", "other"),
        ("/v1/memory_stores", "memory_stores", "other"),
        ("/containers/cntr_1/files", "containers/files", "other"),
        ("https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke", "async-invoke", "batch"),
    ],
)
def test_what_can_bill_and_is_not_read_yet_has_none(
    path: str, endpoint: str, operation: str
) -> None:
    route = find(path)
    assert route is not None and route.shape is None
    assert (route.endpoint, route.operation) == (endpoint, operation)


@pytest.mark.parametrize(
    "path",
    [
        "/files",
        "/uploads/upload_abc123/parts",
        "/responses/resp_68abc/cancel",
        "/responses/input_tokens",
        "/chat/completions/chatcmpl-123",
        "/batches/batch_123/cancel",
        "/v1/batch/jobs/8e2a/cancel",
        "/v1/observability/spans/search",
        "/v1/workflows/executions/ex_1/signals",
        "/api/v1/presets/mine/chat/completions",
        "/v1beta/webhooks/wh_1:rotateSigningSecret",
        "/v1beta/interactions/v1_abc123/cancel",
        "/assistants",
        "/threads/thread_abc123/messages",
        "/v1/messages/count_tokens?beta=true",
        "/v1/messages/batches/msgbatch_01GUqGVJfUzZfBn/cancel",
        "/v1/organizations/invites",
        "/threads/thread_abc123/runs/run_abc123/cancel",
        "/threads/thread_abc123/runs/run_abc123/submit_tool_outputs",
        "/vector_stores/vs_123/files",
        "/conversations",
        "/threads/thread_abc123/runs/run_abc123",
        "/upload/v1beta/files?upload_id=1",
        "/v1/projects/p/locations/l/publishers/google/models/veo-3:fetchPredictOperation",
        "https://api.openai.com/v1/traces/ingest",
        "/v1/anything/at/all/cancel",
        "/v1/deployments/depl_1/pause",
        "/projects/proj_1/roles/role_1",
        "/v1/vaults/vlt_1/credentials/cred_1/mcp_oauth_validate",
        "/agents/sessions/session_1",
        "/v1/sessions/sesn_1",
        "/v1/accounts/mine/users/alice/apiKeys",
        "/v1/accounts/mine/deploymentShapeVersions:match",
        "/v1/files/multipart/initiate",
        "/v1/fine-tunes/estimate-price",
        "/v1beta/fileSearchStores",
    ],
)
def test_what_never_bills_is_no_call(path: str) -> None:
    assert find(path) is None


@pytest.mark.parametrize(
    "path", ["/v1/rag/deployments/d_1/metrics", "/v1/workflows/deployments/w_1"]
)
def test_a_deployment_of_mistrals_is_a_row_and_no_machine(path: str) -> None:
    assert asked("put", path) == (None, None)


@pytest.mark.parametrize("path", ["/v1/conversations", "/v1/conversations/c_1#stream"])
def test_a_name_may_mean_another_thing_at_one_provider(path: str) -> None:
    assert asked("post", path) == (None, None)
    assert asked("post", path, "mistral")[0] == ("conversations", "chat", "conversations")


@pytest.mark.parametrize(
    ("method", "path", "endpoint", "identity"),
    [
        ("get", "/responses/resp_68abc?include=x", "responses", "resp_68abc"),
        ("get", "/threads/thread_abc123/runs/run_abc123", "threads/runs", "run_abc123"),
        ("get", "https://api.openai.com/v1/batches/batch_123", "batches", "batch_123"),
        ("get", "/videos/video_123", "videos", "video_123"),
        ("get", "/v1beta/interactions/v1_ChdN?stream=true", "interactions", "v1_ChdN"),
        (
            "post",
            "/threads/thread_abc123/runs/run_abc123/submit_tool_outputs",
            "threads/runs/submit_tool_outputs",
            "run_abc123",
        ),
    ],
)
def test_what_settles_an_earlier_call_names_it(
    method: str, path: str, endpoint: str, identity: str
) -> None:
    found = settling(method, path)
    assert found is not None and found[0].shape is not None
    assert (found[0].endpoint, found[1]) == (endpoint, identity)


@pytest.mark.parametrize(
    ("method", "path", "endpoint"),
    [
        ("patch", "/v1/accounts/acme/deployments/deployment-1", "accounts/acme/deployments"),
        ("patch", "/v1/accounts/acme/deployments/large:scale", "scale"),
        (
            "patch",
            "/v2/projects/p_1/endpoints/e_1/deployments/d_1",
            "projects/endpoints/deployments",
        ),
        ("patch", "/v1/deployments/deployment-1", "deployments"),
        ("put", "/v1/compute/clusters/cluster-1", "compute/clusters"),
        ("patch", "/v1beta/cachedContents/cache-1", "cachedContents"),
    ],
)
def test_a_change_of_what_is_billed_by_its_time_can_bill(
    method: str, path: str, endpoint: str
) -> None:
    assert asked(method, path) == (Route(endpoint, "other", None), None)


@pytest.mark.parametrize(("name", "shape"), [("stt", "transcription"), ("tts", "speech")])
def test_xai_has_names_of_its_own(name: str, shape: str) -> None:
    assert asked("post", f"https://api.x.ai/v1/{name}", "xai") == (Route(name, shape, shape), None)


@pytest.mark.parametrize(
    ("method", "path", "route", "settles"),
    [
        ("post", "/v1/sonar", Route("sonar", "chat", "chat_completions"), None),
        ("post", "/v1/async/sonar", Route("async/sonar", "chat", "asynchronous_chat"), None),
        ("get", "/v1/async/sonar/r-1", Route("async/sonar", "chat", "asynchronous_chat"), "r-1"),
        ("post", "/v1/agent", Route("agent", "responses", "responses"), None),
        ("get", "/v1/agent/resp_1", Route("agent", "responses", "responses"), "resp_1"),
        ("post", "/v1/agent/resp_1/cancel", None, None),
    ],
)
def test_perplexity_has_names_of_its_own(
    method: str, path: str, route: Route | None, settles: str | None
) -> None:
    assert asked(method, f"https://api.perplexity.ai{path}", "perplexity") == (route, settles)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("patch", "/v1/accounts/acme/models/model-1"),
        ("patch", "/v1/deployments/secrets/secret-1"),
        ("put", "/v1/skills/skill_1"),
        ("delete", "/v1/accounts/acme/deployments/deployment-1"),
        ("get", "/v1/compute/clusters/cluster-1"),
    ],
)
def test_every_other_change_never_bills(method: str, path: str) -> None:
    assert asked(method, path) == (None, None)


@pytest.mark.parametrize(
    ("speaker", "path", "shape", "identity"),
    [
        ("google", "/v1beta/batches/b1c2", "google_batches", "b1c2"),
        ("google", "/v1beta/files/abcdef:download?alt=media", "google_lines", "abcdef"),
        ("vertex", "/v1/projects/p/locations/l/batchPredictionJobs/42", "vertex_batches", "42"),
        ("fireworks", "/v1/accounts/a/batchInferenceJobs/nightly", "fireworks_batches", "nightly"),
        ("groq", "/openai/v1/batches/batch_1", "batches_in_files", "batch_1"),
        ("groq", "/openai/v1/files/file_1/content", "batch_lines", "file_1"),
        ("mistral", "/v1/files/6f1ec0de-0000/content", "batch_lines", "6f1ec0de-0000"),
        ("xai", "/v1/batches/batch_1/results?limit=9", "xai_results", "batch_1"),
    ],
)
def test_what_settles_may_be_one_providers(
    speaker: str, path: str, shape: str, identity: str
) -> None:
    found = settling("get", path, speaker)
    assert found is not None and (found[0].shape, found[1]) == (shape, identity)
    assert settling("get", path, "openai") != found


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/batches"),
        ("get", "/files/file_123/content"),
        ("get", "/containers/cntr_1/files/cfile_1/content"),
        ("get", "/models/gpt-4o"),
        ("get", "/responses/resp_68abc/input_items"),
        ("get", "/threads/thread_abc123/runs"),
        ("get", "/videos/video_123/content"),
        ("get", "/chat/completions/chatcmpl-123"),
        ("post", "/responses"),
        ("delete", "/responses/resp_68abc"),
    ],
)
def test_every_other_request_settles_nothing(method: str, path: str) -> None:
    assert settling(method, path) is None


_GOOGLE = "wss://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1beta"


@pytest.mark.parametrize(
    ("url", "endpoint", "operation", "shape"),
    [
        ("wss://api.openai.com/v1/realtime?model=m", "realtime", "realtime", "realtime"),
        ("wss://a.openai.azure.com/openai/realtime?deployment=d", "realtime", "realtime", "realtime"),
        ("wss://gateway.internal/team/v1/realtime", "realtime", "realtime", "realtime"),
        ("wss://api.openai.com/v1/responses", "responses", "responses", "responses"),
        ("wss://api.openai.com/v1/live/sessions", "live/sessions", "realtime", "voice"),
        ("/v1/live/sessions/live_123/fork", "live/sessions/fork", "realtime", "voice"),
        (f"{_GOOGLE}.GenerativeService.BidiGenerateContent", "BidiGenerateContent", "realtime", "live"),
        ("/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent", "BidiGenerateContent", "realtime", "live"),
        ("/v1/audio/transcriptions/realtime?model=m", "audio/transcriptions/realtime", "transcription", "transcription"),
        (f"{_GOOGLE}.GenerativeService.BidiGenerateMusic", "BidiGenerateMusic", "realtime", None),
        ("/v1/realtime/translations", "realtime/translations", "realtime", None),
        ("/v1/live/sessions/live_123/attach", "live/sessions/attach", "realtime", "voice"),
        ("/v1/something", "something", "other", None),
    ],
)  # fmt: skip
def test_what_a_websocket_speaks_is_told_by_its_path(
    url: str, endpoint: str, operation: str, shape: str | None
) -> None:
    assert connected(url) == Route(endpoint, operation, shape)


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("wss://api.openai.com/v1/realtime?model=gpt-realtime-2", "gpt-realtime-2"),
        ("wss://a/openai/realtime?api-version=1&deployment=my%2Fown&x=1", "my/own"),
        ("wss://api.openai.com/v1/responses", None),
    ],
)
def test_a_websockets_address_may_name_its_model(url: str, model: str | None) -> None:
    assert model_asked(url) == model
