#!/bin/sh
# Make the environment of the fuzzers, then run each for some seconds; what they learn is kept.
# usage: fuzz.sh PYTHON FOLDER SECONDS TARGET...
set -eu
python=$1
folder=$2
seconds=$3
shift 3
if [ ! -f "$folder/.installed" ]; then
  "$python" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check 'atheris==3.0.0' 'schemathesis==4.32.5' jsonschema --editable '.[server]'
  touch "$folder/.installed"
fi
for target in "$@"; do
  echo "== $target, $seconds s"
  mkdir -p "$folder/corpus/$target"
  "$folder/bin/python" -m tools.fuzz "$target" "-max_total_time=$seconds" -len_control=0 -max_len=600 \
    -print_final_stats=1 -verbosity=0 "-artifact_prefix=$folder/" "$folder/corpus/$target"
done
echo "== docs/openapi.json"
"$folder/bin/python" -m tools.fuzz_api
