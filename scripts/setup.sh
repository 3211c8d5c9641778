#!/bin/sh
# Make the virtual environment $1 with the project (and its extra $2) and its development tools, pinned by constraints.txt.
# Needs python3 (3.11 or newer) and, once, the network; uses uv where it is installed.
set -eu
venv=${1:-.venv}
project=.${2:+[$2]}
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
        [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    say "Python 3.11 or newer was not found. Install it, or name it: make setup PYTHON=/path/to/python3.12"
    return 1
}

as_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# Debian ships Python without ensurepip: take pip from the system, else install python3-venv where we may.
make_with_venv() {
    python=$(find_python)
    "$python" -m venv "$venv" >/dev/null 2>&1 && return 0
    rm -rf "$venv"
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --without-pip "$venv" && "$python" -m pip -q --python "$venv/bin/python" install pip && return 0
    elif as_root; then
        say "Installing python3-venv (this Python comes without it)…"
        { apt-get update -qq && apt-get install -y -qq python3-venv; } >/dev/null 2>&1
        "$python" -m venv "$venv" && return 0
    fi
    rm -rf "$venv"
    say "This Python cannot make virtual environments. Install python3-venv (Debian, Ubuntu) or uv, then run again."
    return 1
}

install_with_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    usable || uv venv -q --clear --python '>=3.11' "$venv" || return 1
    uv pip install -q --python "$venv/bin/python" -c constraints.txt -e "$project" --group dev
}

install_with_pip() {
    usable && "$venv/bin/python" -m pip --version >/dev/null 2>&1 || { rm -rf "$venv"; make_with_venv; }
    pip="$venv/bin/python -m pip --disable-pip-version-check -qq"
    $pip install -U 'pip>=25.1'
    $pip install -c constraints.txt -e "$project" --group dev
}

usable() { "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

say "Setting up $venv (a minute or two, the first time)…"
install_with_uv || { ! command -v uv >/dev/null 2>&1 || say "uv could not install; using pip."; install_with_pip; }
"$venv/bin/python" -c 'import receba' && "$venv/bin/python" scripts/messages.py --compile || { say "The installation is not whole: remove $venv and run again."; exit 1; }
