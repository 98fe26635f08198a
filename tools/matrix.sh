#!/bin/sh
# Run the tests that drive one SDK on one of its versions, in an environment of its own.
# usage: matrix.sh PYTHON FOLDER SDK VERSION
set -eu
python=$1
folder=$2
sdk=$3
version=$4
# What the row's SDK alone can run; what needs more of them runs with the newest of all, in make test.
case $sdk in
  openai)
    set -- tests/openai_sdk tests/conformance/test_openai.py tests/corpus/test_openai_replay.py \
      tests/corpus/test_media_replay.py tests/corpus/test_settled_replay.py tests/cli/test_doctor.py \
      tests/policy/test_refusals.py tests/provider tests/test_metering.py
    ;;
  anthropic)
    set -- tests/anthropic_sdk tests/conformance/test_anthropic.py tests/corpus/test_anthropic_replay.py
    ;;
  google-genai) set -- tests/google_sdk tests/conformance/test_google.py ;;
  mistralai)
    set -- tests/speakeasy_sdks/test_calls.py tests/speakeasy_sdks/test_streams.py \
      tests/speakeasy_sdks/test_mistral.py tests/conformance/test_speakeasy.py tests/corpus/test_speakeasy_replay.py
    ;;
  xai-sdk) set -- tests/xai_sdk tests/conformance/test_xai.py tests/coverage/test_xai.py ;;
  litellm) set -- tests/litellm_sdk tests/conformance/test_litellm.py tests/coverage/test_litellm.py ;;
esac
stamp=$folder/.installed
if [ ! -f "$stamp" ] || [ -n "$(find pyproject.toml tools/*.sh -newer "$stamp")" ]; then
  tools/environment.sh "$python" "$folder" matrix
  case $sdk-$version in
    litellm-1.60.*) with='openai==1.61.0' ;; # its day's, which it sends by
    litellm-1.80.*) with='openai<3' ;;
    litellm-*) with='mcp>=2.2,<3' ;; # its responses() imports it
    google-genai-* | mistralai-*) with='httpx>=0.28' ;;
    *) with='httpx<0.28' ;; # openai 1.40 and anthropic 0.40 pass an argument that 0.28 has removed
  esac
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$sdk==$version" "$with"
  touch "$stamp"
fi
"$folder/bin/python" -m pytest -m "sdk or corpus" -q "$@"
