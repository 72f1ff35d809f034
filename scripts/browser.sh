#!/bin/sh
# Installs Chromium for the tests of pages, on Debian as root and only where none is there. Without
# it those tests are skipped, so a failure here is told and is no failure.
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
