#!/bin/sh
# Compares the speed of ndop validate with that of HL7's own validation engine (org.hl7.fhir.validation,
# in the version that HAPI was built with), each in one process, on the same NDJSON of Consents:
#     scripts/measure-validators.sh [NUMBER] [EDITION]
# The engine is in a Maven module of its own (plugin/reference, profile reference), which is not shipped.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
number=${1:-10000}
edition=${2:-ndop-1.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$home"
make --silent .venv/.ready

.venv/bin/python - "$number" "$edition" "$work/consents.ndjson" > "$work/profile" <<'PYTHON'
import json
import sys
from itertools import islice

from ndop import draft, load_edition
from ndop.consents.nhs_numbers import synthetic

number, edition, file = int(sys.argv[1]), load_edition(sys.argv[2]), sys.argv[3]
samples = list(edition.samples)
with open(file, "w", encoding="utf-8") as out:
    for at, patient in enumerate(islice(synthetic(1), number)):
        consent = draft(edition, patient, sample=samples[at % len(samples)])
        if at % 10 == 9:
            consent["status"] = "draft"
        out.write(json.dumps(consent) + "\n")
print(edition.consent.url)
PYTHON

# Builds everything first, so that building is not measured.
.venv/bin/ndop validate --quiet --edition "$edition" "$work/profile" > "$work/findings" || true
(cd plugin && mvn -B -q -ntp -DskipTests -P reference -pl reference -am package)

echo "ndop validate (including its start):"
begun=$(date +%s)
.venv/bin/ndop validate --edition "$edition" "$work/consents.ndjson" 2>&1 > "$work/findings" | tail -n 1 || true
echo "    $(($(date +%s) - begun)) s"
echo "HL7's validation engine (start, then its time):"
mkdir "$work/home"
java -Xmx1g -cp "plugin/reference/target/ndop-fhir-reference.jar:$(cat plugin/reference/target/class-path.txt)" \
  ndop.fhir.reference.ReferenceValidation \
  "$work/home" "build/packages/$edition.tgz" "$(cat "$work/profile")" "$work/consents.ndjson" |
  sed 's/^/    /'
