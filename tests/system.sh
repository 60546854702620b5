#!/usr/bin/env bash
# Programs of the system that the tests drive: Chromium, a Japanese font, a PostgreSQL server.
# Installs what is missing where it may (Debian or Ubuntu, as root); else says what to install.
set -euo pipefail

missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
{ command -v fc-list >/dev/null && [ -n "$(fc-list :lang=ja family)" ]; } || missing+=(fonts-noto-cjk)
# The server is not on the PATH of Debian: each version has a folder of its own.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)

[ ${#missing[@]} -eq 0 ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "The tests need: ${missing[*]}. On Debian: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
