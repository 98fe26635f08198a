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
    "urllib3-2.8.0": OwnTests(
        (
            "urllib3[brotli,h2,socks,zstd]==2.8.0",
            "anyio[trio]>=4.8",
            "cryptography>=44.0.2",
            "httpx>=0.28.1",
            "hypercorn>=0.15",
            "idna>=3.10",
            "pydantic",
            "pyopenssl>=25",
            "pytest-socket>=0.7",
            "pytest-timeout>=2.3.1",
            "pytest-xdist",
            "pytest>=8.3.4",
            "quart-trio>=0.12",
            "quart>=0.20",
            "trio>=0.27",
            "trustme>=1.2.1",
            "wrapt",
        ),
        where=("test",),
        # Emscripten is a browser's; what asks the internet, as its own settings say.
        asked=("-m", "not requires_network", "--ignore=test/contrib/emscripten"),
        takes_all=True,
    ),
    "websocket_client-1.9.2": OwnTests(
        (
            "websocket-client[optional,test]==1.9.2",
            "pydantic",
            "pytest-xdist",
            "wrapt",
        ),
        where=("websocket/tests",),
        takes_all=True,
    ),
    "cpython-http": OwnTests(
        ("pydantic", "pytest", "pytest-xdist", "wrapt"),
        where=(
            *("test/test_httplib.py", "test/test_httpservers.py", "test/test_urllib.py"),
            *("test/test_urllib2.py", "test/test_urllib2_localnet.py"),
            *("test/test_urllib_response.py", "test/test_xmlrpc.py"),
        ),
        takes_all=True,
        is_pythons=True,
    ),
}
