"""xai-sdk: its clients are gRPC stubs on channels with interceptors (1.21, read 2026-11-26).

The channel's module is imported with the first client, grpc.aio's at once: a row each.
"""

from __future__ import annotations

from aso.hook import Hook, Integration, Role


def _hook(path: str, role: Role) -> Hook:
    parameters = ("request", "timeout", "metadata")
    return Hook("grpc._interceptor", path, role, parameters)


INTEGRATION = Integration(
    name="xai",
    package="xai_sdk",
    distribution="xai-sdk",
    versions=("1.21.0", "1.21.0"),
    hooks=(
        _hook("_UnaryUnaryMultiCallable.__call__", "request"),
        _hook("_UnaryStreamMultiCallable.__call__", "stream"),
    ),
    capture="aso.capture.grpc:Grpc",
)
