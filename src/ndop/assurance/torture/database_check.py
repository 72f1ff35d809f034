"""What stands in the tables of the database, which the API need not show."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from ndop.assurance.torture.comparison import Violation
from ndop.assurance.torture.deployment import Deployment
from ndop.assurance.torture.journal import History
from ndop.editions import Edition
from ndop.java import modules
from ndop.system import processes

#: One line for each Consent: its id, how many versions are stored, the number of the last, the
#: number that it says it has, and the patient that the uniqueness rests on.
_CONSENTS = """
SELECT 'Consent ' || R.FHIR_ID || ' ' || COUNT(DISTINCT V.RES_VER) || ' ' || MAX(V.RES_VER)
  || ' ' || R.RES_VER || ' ' || COALESCE(MAX(T.SP_VALUE), 'nobody')
FROM HFJ_RESOURCE R
LEFT JOIN HFJ_RES_VER V ON V.RES_ID = R.RES_ID
LEFT JOIN HFJ_SPIDX_TOKEN T ON T.RES_ID = R.RES_ID AND T.SP_NAME = '{parameter}'
WHERE R.RES_TYPE = '{resource_type}' AND R.RES_DELETED_AT IS NULL
GROUP BY R.FHIR_ID, R.RES_VER
"""


def check_database(
    target: Deployment, edition: Edition, histories: Sequence[History]
) -> Iterator[Violation]:
    """Every Consent in the tables is one of the journal, is about one patient whom no other is
    about, and has all of its versions. The server must have been stopped, since H2 lets one process
    in. Raises ProgramError.
    """
    known = {history.consent_id for history in histories if history.acknowledged}
    parameter = next(one.identity for one in edition.search.parameters.values() if one.identity)
    sql = _CONSENTS.format(parameter=parameter, resource_type="Consent")
    rows = [
        line.split()[1:]
        for line in query(target, " ".join(sql.split())).splitlines()
        if line.startswith("Consent ")
    ]
    patients = Counter(row[-1] for row in rows)
    for consent_id, versions, last, current, patient in rows:
        name = f"Consent/{consent_id}"
        if patient == "nobody":
            yield Violation("half-written", f"{name} in the database has no patient")
        elif patients[patient] > 1:
            yield Violation("duplicates", f"{name} in the database is not its patient's only one")
        if not versions == last == current:
            yield Violation(
                "half-written",
                f"{name} in the database has {versions} versions to {last}, and says {current}",
            )
        if consent_id not in known:
            yield Violation("duplicates", f"{name} in the database is in no acknowledged write")
    for missing in sorted(known - {row[0] for row in rows}, key=str):
        yield Violation("lost", f"Consent/{missing} is not in the database")


def query(target: Deployment, sql: str) -> str:
    """What H2's shell, which works over any JDBC driver, prints for statements. Raises
    ProgramError.
    """
    class_path = os.pathsep.join(map(str, modules.class_path(target.layout, modules.SERVER)))
    shell = ["java", "-XX:TieredStopAtLevel=1", "-cp", class_path, "org.h2.tools.Shell"]
    url = [*("-url", target.jdbc_url), *("-user", target.jdbc_user)]
    return processes.run([*shell, *url, "-sql", sql], "Reading the database")
