#!/bin/sh
# Make a virtual environment and install the project with the named dependency groups.
# usage: environment.sh PYTHON FOLDER GROUP...
set -eu
python=$1
folder=$2
shift 2

# Some distributions leave ensurepip out, and old ones have a pip that cannot install elsewhere.
make_environment() {
  "$python" -m venv "$folder" 2>/dev/null && return
  rm -rf "$folder"
  "$python" -m venv --without-pip "$folder" &&
    "$python" -m pip --python "$folder/bin/python" install --quiet pip 2>/dev/null && return
  rm -rf "$folder"
  "$python" -m pip install --quiet --user virtualenv
  "$python" -m virtualenv --quiet "$folder"
}

"$folder/bin/python" -m pip --version >/dev/null 2>&1 || make_environment
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
set -- $(printf -- '--group %s ' "$@")
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --editable . "$@"
