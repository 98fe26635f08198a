"""HTTP clients: our hooks are in each of their requests, which here count as a provider's."""

from __future__ import annotations

from tools.sdk_suite.own_tests import OwnTests

CLIENTS: dict[str, OwnTests] = {
    "httpx-0.28.1": OwnTests(
        (
            "httpx[brotli,cli,http2,socks,zstd]==0.28.1",
            "chardet==5.2.0",
            "cryptography",
            "pydantic",
            "pytest==8.3.4",
            "pytest-xdist",
            "trio==0.27.0",
            "trustme==1.2.0",
            "uvicorn==0.32.1",
            "wrapt",
        ),
        # Its server does not end in a worker of xdist's; what asks the internet is left out.
        asked=("-n", "0", "-m", "not network"),
        takes_all=True,
    ),
    "requests-2.34.2": OwnTests(
        (
            "requests[socks]==2.34.2",
            "httpbin~=0.10.0",
            "pydantic",
            "pytest-httpbin==2.1.0",
            "pytest-mock",
            "pytest-xdist",
            "pytest>=3,<10",
            "trustme",
            "wrapt",
        ),
        takes_all=True,
    ),
    "aiohttp-3.14.5": OwnTests(
        (
            "aiohttp[speedups]==3.14.5",
            "blockbuster",
            "coverage",
            "freezegun==1.5.5",
            "isal==1.8.0",
            "proxy-py>=2.4.4rc5",
            "pydantic",
            "pytest-mock==3.15.1",
            "pytest-timeout==2.4.0",
            "pytest-xdist==3.8.0",
            "pytest==9.0.3",
            "python-on-whales",
            "re-assert",
            "trustme",
            "uvloop",
            "wrapt",
            "zlib_ng==1.0.0",
        ),
        # What makes requests by a session; servers, parsers and benchmarks are left out.
        where=(
            *("tests/test_client_exceptions.py", "tests/test_client_functional.py"),
            *("tests/test_client_middleware.py", "tests/test_client_middleware_digest_auth.py"),
            *("tests/test_client_request.py", "tests/test_client_response.py"),
            *("tests/test_client_session.py", "tests/test_client_ws.py"),
            *("tests/test_client_ws_functional.py", "tests/test_leaks.py", "tests/test_proxy.py"),
            *("tests/test_proxy_functional.py", "tests/test_test_utils.py"),
            *("tests/test_tracing.py", "tests/test_web_functional.py"),
        ),
        asked=("-m", "not dev_mode and not autobahn and not internal"),  # as its own settings say
        # The installed one has its extensions, the source beside the tests has not.
        environment={"PYTHONSAFEPATH": "1"},
        takes_all=True,
    ),
}
