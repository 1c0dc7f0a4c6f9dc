#!/bin/sh
# Make a virtual environment with the first Python that polyrec can run on.
#   sh scripts/make_venv.sh FOLDER
# PYTHON names one of your own choice.
set -eu

folder=${1:?name a folder}
oldest="3.11"

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# A virtual environment that works already is kept.
if [ -x "$folder/bin/python" ] && is_new_enough "$folder/bin/python" &&
    "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
else
    set -- python3 python3.14 python3.13 python3.12 python3.11
fi
found=""
for candidate in "$@"; do
    if is_new_enough "$candidate"; then
        found=$candidate
        break
    fi
done

if [ -z "$found" ]; then
    have=$("$1" --version 2>/dev/null || echo "no $1")
    echo "polyrec needs Python >= $oldest; this machine has $have." >&2
    echo "Install a newer one, or name it: make demo PYTHON=/path/to/python$oldest" >&2
    exit 2
fi

if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$found cannot make virtual environments: its modules venv and ensurepip are missing." >&2
    echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 2
fi

echo "making $folder with $("$found" --version)" >&2
"$found" -m venv --clear "$folder"
