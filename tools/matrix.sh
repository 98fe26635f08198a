#!/bin/sh
# Run the tests that drive the OpenAI SDK on one of its versions, in an environment of its own.
# usage: matrix.sh PYTHON FOLDER VERSION
set -eu
python=$1
folder=$2
version=$3
stamp=$folder/.installed
if [ ! -f "$stamp" ] || [ -n "$(find pyproject.toml tools/*.sh -newer "$stamp")" ]; then
  tools/environment.sh "$python" "$folder" matrix
  # openai 1.40 passes an argument that httpx 0.28 has removed
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "openai==$version" 'httpx<0.28'
  touch "$stamp"
fi
"$folder/bin/python" -m pytest -m "sdk or corpus" -q
