#!/bin/sh
# Make the environment of ClickHouse's in-process engine: half a gigabyte, so it has one of its own.
# usage: clickhouse.sh PYTHON FOLDER
set -eu
python=$1
folder=$2
[ -f "$folder/.installed" ] && exit 0
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check 'chdb==4.4.0'
touch "$folder/.installed"
