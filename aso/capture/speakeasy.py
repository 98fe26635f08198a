"""SDKs that Speakeasy generates: each method of each client ends in one ``do_request``.

Read: ``basesdk.py`` of mistralai 1.0 to 3.7, openrouter 1.3 and google-genai 3.6 (2026-11-26). It
retries inside; its streams stop at ``[DONE]`` and close there (1.x reads on, to the body's end).
"""

from __future__ import annotations

from aso.hook import Hook, Integration

_PARAMETERS = ("hook_ctx", "request", "stream", "retry_config")


def integration(
    name: str,
    versions: tuple[str, str],
    *,
    package: str | None = None,
    distribution: str | None = None,
    module: str = "basesdk",
    asynchronous: str = "BaseSDK",
    elsewhere: tuple[str, ...] = (),
    extends: str | None = None,
) -> Integration:
    """Return the integration of one SDK; ``asynchronous`` names the class that awaits."""
    package = package or name
    return Integration(
        name=name,
        package=package,
        distribution=distribution or name,
        versions=versions,
        hooks=(
            _hook(f"{package}.{module}", "BaseSDK.do_request"),
            _hook(f"{package}.{module}", f"{asynchronous}.do_request_async", is_async=True),
        ),
        capture="aso.capture.over_http:OverHttp",
        below=("httpx", "httpx2"),
        elsewhere=elsewhere,
        extends=extends,
    )


def _hook(module: str, path: str, *, is_async: bool = False) -> Hook:
    return Hook(module=module, path=path, role="request", parameters=_PARAMETERS, is_async=is_async)
