"""xai-sdk's AsyncClient: gRPC stubs on channels of grpc.aio (1.21, read 2026-11-26)."""

from __future__ import annotations

from aso.hook import Hook, Integration, Role


def _hook(path: str, role: Role) -> Hook:
    parameters = ("request", "timeout", "metadata")
    return Hook("grpc.aio._channel", path, role, parameters, is_async=True)


INTEGRATION = Integration(
    name="xai_async",
    package="xai_sdk",
    distribution="xai-sdk",
    versions=("1.21.0", "1.21.0"),
    hooks=(
        _hook("UnaryUnaryMultiCallable.__call__", "request"),
        _hook("UnaryStreamMultiCallable.__call__", "stream"),
        Hook("grpc.aio._channel", "Channel.__init__", "opened", ("target",)),
    ),
    capture="aso.capture.grpc:Grpc",
    extends="xai",
)
