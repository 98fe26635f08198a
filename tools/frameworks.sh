#!/bin/sh
# Run the tests of the frameworks in one of their environments.
# usage: frameworks.sh PYTHON GROUP
set -eu
python=$1
group=$2
folder=.venvs/$group
stamp=$folder/.installed
if [ ! -f "$stamp" ] || [ -n "$(find pyproject.toml tools/environment.sh -newer "$stamp")" ]; then
  tools/environment.sh "$python" "$folder" "$group"
  touch "$stamp"
fi
"$folder/bin/python" -m pytest -q -n 2 --dist loadfile tests/frameworks
