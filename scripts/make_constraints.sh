#!/bin/sh
# Write constraints.txt: the exact versions of all that a fresh environment installs for polyrec
# with every extra. Run it (make constraints) when a dependency is added or should move on.
set -eu

cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PIP_CONSTRAINT

sh scripts/make_venv.sh "$work/venv"
extras=$("$work/venv/bin/python" -c 'import tomllib
with open("pyproject.toml", "rb") as file:
    print(",".join(tomllib.load(file)["project"]["optional-dependencies"]))')
"$work/venv/bin/python" -m pip install -q --upgrade --upgrade-strategy eager "setuptools>=77"
# first, and in one given version: a newer torch brings gigabytes for graphics cards
torch=$(sed -n 's/^TORCH := //p' Makefile)
# shellcheck disable=SC2086
"$work/venv/bin/python" -m pip install -q $torch
"$work/venv/bin/python" -m pip install -q ".[$extras]"
{
    echo "# Exact versions that the tests ran with; written by: make constraints"
    "$work/venv/bin/python" -m pip freeze --all --exclude pip --exclude polyrec |
        sed 's/^\(torch==[^+]*\)+.*/\1/'  # without the name of the build
} >"$work/constraints.txt"
if grep -n -E '@|://|^-' "$work/constraints.txt"; then
    echo "these lines name an address or a path; constraints.txt is left as it was" >&2
    exit 1
fi
mv "$work/constraints.txt" constraints.txt
chmod 644 constraints.txt
echo "constraints.txt: $(grep -c == constraints.txt) packages" >&2
