#!/bin/sh
# Reports what this machine lacks of Python 3.11, a JDK 17 and Maven 3.8, or newer. Exit status 0:
# nothing, 2: something is missing or too old.
set -u
PYTHON=${PYTHON:-python3}
missing=0

# lacks NAME NEEDED FOUND DEBIAN MACOS
lacks() {
  missing=1
  echo "$1: found $3, needed $2 or newer." >&2
  echo "    Debian, Ubuntu: $4" >&2
  echo "    macOS:          $5" >&2
}

# at_least VERSION MAJOR MINOR: whether VERSION, such as 3.11.7, is not older
at_least() {
  major=${1%%.*}
  rest=${1#*.}
  minor=${rest%%[!0-9]*}
  [ "$major" -gt "$2" ] 2>/dev/null || { [ "$major" -eq "$2" ] && [ "${minor:-0}" -ge "$3" ]; } 2>/dev/null
}

first_number() { sed -n 's/[^0-9]*\([0-9][0-9.]*\).*/\1/p' | head -n 1; }

found=$("$PYTHON" -c 'import platform; print(platform.python_version())' 2>/dev/null)
at_least "${found:-0}" 3 11 ||
  lacks "Python" "3.11" "${found:-none}" "sudo apt install python3 python3-venv" "brew install python"
if [ -n "$found" ]; then
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
    lacks "Python's venv module" "that of Python 3.11" "none" "sudo apt install python3-venv" "brew install python"
fi

found=$(command -v javac >/dev/null && javac -version 2>&1 | first_number)
at_least "${found:-0}." 17 0 ||
  lacks "JDK (javac)" "17" "${found:-none}" "sudo apt install openjdk-17-jdk-headless" "brew install openjdk@17"

found=$(mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -n 1)
at_least "${found:-0}" 3 8 ||
  lacks "Maven" "3.8" "${found:-none}" "sudo apt install maven" "brew install maven"

if [ "$missing" -ne 0 ]; then
  echo "Install what is named above, then run make again." >&2
  exit 2
fi
