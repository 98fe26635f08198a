#!/bin/sh
# Run the tests that drive one SDK on one of its versions, in an environment of its own.
# usage: matrix.sh PYTHON FOLDER SDK VERSION
set -eu
python=$1
folder=$2
sdk=$3
version=$4
stamp=$folder/.installed
if [ ! -f "$stamp" ] || [ -n "$(find pyproject.toml tools/*.sh -newer "$stamp")" ]; then
  tools/environment.sh "$python" "$folder" matrix
  # openai 1.40 and anthropic 0.40 pass an argument that httpx 0.28 has removed
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$sdk==$version" 'httpx<0.28'
  touch "$stamp"
fi
anthropic="tests/anthropic_sdk tests/corpus/test_anthropic_replay.py tests/conformance/test_anthropic.py"
# What needs other clients than the row's own: these run with the newest of all, in make test.
others="tests/google_sdk tests/conformance/test_google.py tests/corpus/test_google_replay.py
  tests/frameworks tests/http_clients tests/stainless_sdks tests/conformance/test_http_clients.py
  tests/corpus/test_http_replay.py tests/corpus/http_replay.py"
case $sdk in
  anthropic) set -- $anthropic ;;
  google-genai) set -- tests/google_sdk tests/conformance/test_google.py ;;
  *) set -- $(printf -- '--ignore=%s ' $anthropic $others) ;;
esac
"$folder/bin/python" -m pytest -m "sdk or corpus" -q "$@"
