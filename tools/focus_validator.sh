#!/bin/sh
# Make the FOCUS validator's own environment: it needs Python 3.12 and an older pyarrow than ours.
# usage: focus_validator.sh FOLDER [PYTHON]
set -eu
folder=$1
python=${2:-}
[ -x "$folder/bin/focus-validator" ] && exit 0
if [ -z "$python" ]; then
  for one in python3.12 "$HOME"/.pyenv/versions/3.12.*/bin/python; do
    if command -v "$one" >/dev/null 2>&1; then python=$one; fi
  done
fi
if [ -z "$python" ]; then
  echo "focus-validator 2.2.1 needs Python 3.12, and there is none here: pass its path as FOCUS_PYTHON" >&2
  exit 1
fi
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check 'focus-validator==2.2.1' 'pyarrow<19'
