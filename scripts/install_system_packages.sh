#!/bin/sh
# Install Debian packages that some tests need, as root or with sudo, unless they are there.
#   sh scripts/install_system_packages.sh PACKAGE...
set -eu

missing=""
for package in "$@"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "this machine has no apt-get; install by its own means:$missing" >&2
    exit 2
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "be root, or have sudo, to install:$missing" >&2
        exit 2
    }
    as_root=sudo
fi

export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# word splitting is meant: one word is one package
# shellcheck disable=SC2086
$as_root apt-get install -q -y --no-install-recommends $missing
