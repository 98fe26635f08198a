"""Which format reads which type's usage; what is not read, and why.

A type is named as its SDK names it, with its field. ``None``: no answer to a call that is metered.
"""

from __future__ import annotations

from collections.abc import Mapping

_CHAT = {
    "ChatCompletion.usage": "chat_completions",
    "ChatCompletionChunk.usage": "chat_completions",
}
_COMPLETION = {"Completion.usage": "completions", "CompletionChunk.usage": "completions"}

FORMATS: Mapping[tuple[str, str], Mapping[str, str | None]] = {
    ("openai.types", "openai"): {
        **_CHAT,
        "AgentSession.usage": None,
        "AgentSessionTurnCancelledEvent.usage": None,
        "AgentSessionTurnCompletedEvent.usage": None,
        "AgentSessionTurnFailedEvent.usage": None,
        "Batch.usage": "batches",
        "BetaCompactedResponse.usage": "responses",
        "BetaResponse.tool_usage": "responses",
        "BetaResponse.usage": "responses",
        "CompactedResponse.usage": "responses",
        "Completion.usage": "completions",
        "ConversationItemInputAudioTranscriptionCompletedEvent.usage": "realtime_transcription",
        "CreateEmbeddingResponse.usage": "embeddings",
        "Decision.usage": "decisions",
        "ImageEditCompletedEvent.usage": "images",
        "ImageGenCompletedEvent.usage": "images",
        "ImageGenerationCall.svg_usage": None,  # inside a response: nobody says which model drew
        "ImagesResponse.svg_usage": "images",
        "ImagesResponse.usage": "images",
        "RealtimeResponse.usage": "realtime",
        "Response.tool_usage": "responses",
        "Response.usage": "responses",
        "Run.usage": "runs",
        "RunStep.usage": None,  # a part of its run's
        "Sample.usage": None,  # of an evaluation
        "SessionClosedEvent.usage": "voice",
        "SessionUsageUpdatedEvent.usage": "voice",
        "Transcription.usage": "transcription",
        "TranscriptionDiarized.usage": "transcription",
        "TranscriptionTextDoneEvent.usage": "transcription",
        "TranscriptionVerbose.usage": "transcription",
        "Turn.usage": None,
    },
    ("anthropic.types", "anthropic"): {
        "BetaAnalyticsUsageItem.usage": None,  # what is told of days past
        "BetaDream.usage": None,
        "BetaManagedAgentsSession.usage": None,
        "BetaManagedAgentsSessionThread.usage": None,
        "BetaManagedAgentsSessionUsageEvent.usage": None,
        "BetaManagedAgentsSpanOutcomeEvaluationEndEvent.usage": None,
        "BetaMessage.usage": "messages",
        "BetaRawMessageDeltaEvent.usage": "messages",
        "Message.usage": "messages",
        "RawMessageDeltaEvent.usage": "messages",
    },
    ("groq.types", "groq"): {
        **_CHAT,
        "CreateEmbeddingResponse.usage": "embeddings",
        "UsageBreakdownModel.usage": None,  # a part of the sum beside it
        "XGroq.usage": "chat_completions",
    },
    ("cerebras.cloud.sdk.types", "cerebras"): {
        "ChatChunkResponse.usage": "chat_completions",
        "ChatCompletionResponse.usage": "chat_completions",
        "CompletionResponse.usage": "completions",
    },
    ("fireworks.types", "fireworks"): {
        "ChatCompletionChunk.usage": "chat_completions",
        "CompletionChunk.usage": "completions",
        "CompletionCreateResponse.usage": "completions",
    },
    ("perplexity.types", "perplexity"): {
        "ContextualizedEmbeddingCreateResponse.usage": "embeddings",
        "EmbeddingCreateResponse.usage": "embeddings",
        "ResponseCompletedEventResponse.usage": "responses",
        "ResponseCreateResponse.usage": "responses",
        "ResponseCreatedEventResponse.usage": "responses",
        "ResponseInProgressEventResponse.usage": "responses",
        "ResponseRetrieveResponse.usage": "responses",
        "SearchResultsEvent.usage": "responses",
        "StreamChunk.usage": "chat_completions",
    },
    ("together.types", "together"): {
        **_CHAT,
        **_COMPLETION,
        "RerankCreateResponse.usage": "rerank",
    },
    ("mistralai.client.models", "mistral"): {
        "ChatCompletionResponse.usage": "chat_completions",
        "CompletionChunk.usage": "chat_completions",
        "ConversationResponse.usage": "conversations",
        "CreateResponseResponse.usage": "responses",
        "EmbeddingResponse.usage": "embeddings",
        "EvaluationRunGenerationV2.statistics": None,
        "EvaluationRunOutputRecordV2.statistics": None,
        "EvaluationRunV2Response.statistics": None,
        "EvaluationRunV2WithRefsResponse.statistics": None,
        "EvaluatorV2.statistics": None,
        "FIMCompletionResponse.usage": "fim",
        "OCRResponse.usage_info": "ocr",
        "ResponseDoneEvent.usage": "conversations",
        "RunStatisticsResponse.statistics": None,
        "SpeechStreamDone.usage": "speech",
        "TranscriptionResponse.usage": "transcription",
        "TranscriptionStreamDone.usage": "transcription",
    },
    ("openrouter.components", "openrouter"): {
        "ActivityItem.usage": None,  # what is told of days past
        "BatchListItem.usage": None,
        "BatchObject.usage": None,
        "BodyChatCompletion.usage": "chat_completions",
        "BodyList.usage": "embeddings",
        "BodyMessage.usage": "messages",
        "ChatResult.usage": "chat_completions",
        "ChatStreamChunk.usage": "chat_completions",
        "DecisionsResponse.usage": "decisions",
        "GenerationResponseData.usage": None,
        "ImageGenCompletedEvent.usage": "images",
        "ImageGenerationResponse.usage": "images",
        "OpenResponsesResult.usage": "responses",
        "STTResponse.usage": "transcription",
        "VideoGenerationResponse.usage": "videos",
    },
    ("openrouter.operations", "openrouter"): {
        "CreateEmbeddingsResponseBody.usage": "embeddings",
        "CreateKeysData.usage": None,  # of a key so far
        "CreateRerankResponseBody.usage": "rerank",
        "GetCurrentKeyData.usage": None,
        "GetKeyData.usage": None,
        "ListData.usage": None,
        "UpdateKeysData.usage": None,
    },
    ("google.genai.types", "google"): {
        "CachedContent.usage_metadata": None,  # billed by its time
        "ContentEmbedding.statistics": None,  # each vector's part of the sum
        "EmbedContentResponse.usage_metadata": "embed_content",
        "GenerateContentResponse.usage_metadata": "generate_content",
        "LiveServerMessage.usage_metadata": "live",
    },
    ("google.genai._gaos.types", "google"): {
        "CreateDecisionResponse.usage": "interactions",
        "Interaction.usage": "interactions",
        "InteractionCancelledEvent.usage": "interactions",
        "InteractionSseEventInteraction.usage": "interactions",
        "InteractionStatusUpdate.usage": "interactions",
        "LiveInteractionCompletedEvent.usage": None,  # of a connection that is not metered
        "StepStop.usage": "interactions",
        "VoiceOutput.usage": "interactions",
    },
}

_COST = "what it cost: read by the provider's row, not as usage"
_INSIDE = "inside a count that is read, and at its price"
_TIME = "how long it took"
_NO_IMAGES = "of messages: OpenRouter 1.3 has one type for all of its usage"

# The names of what is left out, and why: the last of a path, or its beginning (with a dot), of all
# formats or of the one before a space.
OMITTED: Mapping[str, str] = {
    "total_tokens": "the sum: it decides what stands outside what",
    "text_tokens": "what is left when the other kinds are known",
    "cost": _COST,
    "cost.": _COST,
    "cost_details.": _COST,
    "accepted_prediction_tokens": _INSIDE,
    "rejected_prediction_tokens": _INSIDE,
    "dram_cached_tokens": _INSIDE,
    "sram_cached_tokens": _INSIDE,
    "iterations.cache_creation.": _INSIDE,
    "chat_completions server_tool_use.web_search_requests": "said twice, beside its details",
    "images iterations.": _NO_IMAGES,
    "images cache_creation.": _NO_IMAGES,
    "ttl_30m_tokens": "the usual lifetime, whose rate is that of all writes",
    "active_seconds": _INSIDE,
    "paused_seconds": "inside the billed seconds; a rate of their own is not known",
    "svg_usage.reasoning_tokens": _INSIDE,
    "tool_usage.image_gen.": "read by a rule, and beside the answer: of the model that its tools name",
    "web_fetch_requests": "costs its tokens alone",
    "tool_calls_details.": "what tools cost is in the provider's own cost",
    "tool_calls_executed": "the same",
    "tool_calls_requested": "the same",
    "file_tokens": "the same",
    "video_tokens": "the same",
    "connectors.": "by name; their sum is `connector_tokens`",
    "doc_size_bytes": "pages are billed",
    "toolUsePromptTokensDetails.": "what tools fed in is in the prompt; its kinds are not told apart",
    "tool_use_tokens_by_modality.": "the same",
    "initial_input_tokens": _INSIDE,
    "completion_time": _TIME,
    "prompt_time": _TIME,
    "queue_time": _TIME,
    "total_time": _TIME,
}
