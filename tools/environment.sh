#!/bin/sh
# Make a virtual environment and install the project with the named dependency groups.
# usage: environment.sh PYTHON FOLDER GROUP...
set -eu
python=$1
folder=$2
shift 2
if [ ! -x "$folder/bin/python" ]; then
  "$python" -m venv "$folder" 2>/dev/null || {
    rm -rf "$folder"
    "$python" -m pip install --quiet --user virtualenv
    "$python" -m virtualenv --quiet "$folder"
  }
fi
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
set -- $(printf -- '--group %s ' "$@")
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --editable . "$@"
