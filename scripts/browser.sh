#!/bin/sh
# Installs Chromium for the tests of pages: on Debian, as root, if there is no browser yet. Without a
# browser those tests are skipped, so this reports a failure and still succeeds.
set -u
for program in chromium chromium-browser google-chrome; do
  command -v "$program" >/dev/null && exit 0
done
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "No Chromium here: the tests of pages will be skipped."
  exit 0
fi
echo "Installing Chromium for the tests of pages …"
export DEBIAN_FRONTEND=noninteractive
{ apt-get -qq update && apt-get -qq install --no-install-recommends chromium; } >/dev/null 2>&1 ||
  echo "Chromium could not be installed: the tests of pages will be skipped."
