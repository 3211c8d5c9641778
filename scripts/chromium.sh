#!/bin/sh
# Make sure that there is a Chromium for the browser tests; where none can be installed they skip, loudly.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests…" >&2
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null 2>&1; then
        exit 0
    fi
fi
cat >&2 <<'END'
************************************************************************
* There is no Chromium here: THE BROWSER TESTS WILL BE SKIPPED.        *
* Install it (Debian, Ubuntu: apt-get install chromium) and run again. *
************************************************************************
END
