"""Values that mutations put into a Consent, on both sides of what STU3 and the profiles allow."""

from __future__ import annotations

from typing import Any

#: Codes of base STU3's consent-state-codes, and near misses.
STATUSES = [
    "active",
    "inactive",
    "draft",
    "proposed",
    "rejected",
    "entered-in-error",
    "Active",
    "INACTIVE",
    "",
]

#: Code systems of other elements and of other resources.
SYSTEMS = [
    "http://snomed.info/sct",
    "https://snomed.info/sct",
    "http://hl7.org/fhir/v3/ActReason",
    "http://hl7.org/fhir/v3/ParticipationType",
    "http://hl7.org/fhir/consentcategorycodes",
    "http://loinc.org",
]

#: Values of the element dateTime.
DATE_TIMES = [
    "2018",
    "2018-12",
    "2018-12-14",
    "2018-12-14T11:15",
    "2018-12-14T11:15Z",
    "2018-12-14T11:15:33",
    "2018-12-14T11:15:33Z",
    "2018-12-14T11:15:33.1Z",
    "2018-12-14T11:15:33.123456789+00:00",
    "2018-12-14T11:15:33+01:00",
    "2018-12-14T11:15:33-12:00",
    "2018-12-14T11:15:33+14:00",
    "2018-12-14T11:15:33+14:01",
    "2018-12-14T11:15:33+25:00",
    "2018-12-14T11:15:33+0000",
    "2018-12-14T24:00:00Z",
    "2018-12-14T23:59:60Z",
    "2018-12-14T23:60:00Z",
    "2018-02-29T00:00:00Z",
    "2020-02-29T00:00:00Z",
    "2018-13-01T00:00:00Z",
    "2018-04-31T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "99999-12-31T23:59:59Z",
    "18-12-14T11:15:33Z",
    "2018/12/14T11:15:33Z",
    "14/12/2018",
    "2018-12-14 11:15:33Z",
    "2018-12-14t11:15:33z",
    "now",
    " 2018-12-14T11:15:33Z",
]

#: Forms of a reference. The sample's own {reference} is {start}/{last}, at {host}.
REFERENCE_FORMS = [
    "{last}",
    "Patient/{last}",
    "/{last}",
    "#{last}",
    "urn:uuid:2f5a6d4a-4d8f-4b1c-9f53-5f0b8f3d4c11",
    "urn:oid:1.2.3",
    "http://{host}/Patient/{last}",
    "HTTPS://{host}/Patient/{last}",
    "ftp://{host}/Patient/{last}",
    "https://other.example/Patient/{last}",
    "https://other.example/{last}",
    "https://other.example:8443/base/Patient/{last}",
    "{reference}/",
    "{reference}/_history/1",
    "{reference}?a=b",
    "{reference}#x",
    "{reference}|1",
    "{reference} ",
    " {reference}",
    "{reference}\n",
    "{start}/",
    "{start}//{last}",
    "{start}/1",
    "{start}/{last}0",
    "{start}/0{last}",
    "{start}/X{last}",
    "{start}/0000000000",
    "{start}/9999999991",
    "{start}/999 000 0018",
    "{start}/999-000-0018",
    "{start}/99900000018",
    "{start}/999000001",
    "{start}/999000001X",
    "{start}/\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660",
    "{start}/a/b/{last}",
    "{start}/a b/{last}",
    "https:///{last}",
    "https://{last}",
    "NHS Digital",
]

#: Resource types that a reference could name.
REFERENCE_TARGETS = [
    "Organization",
    "Patient",
    "Practitioner",
    "RelatedPerson",
    "Observation",
    "Unheard",
]

#: Values of every other text.
TEXTS = ["x", "x" * 10_000, "\u00e9\u4f60\U0001f600", "a\nb", "a\tb", "<b>x</b>", "\u00a0", "  a"]

#: A value for each type that an extension could have.
EXTENSION_VALUES: dict[str, Any] = {
    "valueString": "text",
    "valueCode": "OP",
    "valueBoolean": True,
    "valueCoding": {"system": "https://example.org/of-nobody", "code": "OP", "display": "x"},
    "valueCodeableConcept": {"text": "text"},
    "valueUri": "https://example.org/",
    "valueReference": {"reference": "https://example.org/Patient/1"},
    "valueAnything": "text",
}

_CONCEPT = {"coding": [{"system": "http://hl7.org/fhir/consentaction", "code": "disclose"}]}
_PERIOD = {"start": "2018-01-01", "end": "2019-01-01"}
_REFERENCE = {"reference": "https://example.org/fhir/Patient/9990000018"}
_EXTENSION = [{"url": "https://example.org/of-nobody", "valueString": "x"}]
_NARRATIVE = {
    "status": "generated",
    "div": '<div xmlns="http://www.w3.org/1999/xhtml">A preference.</div>',
}

#: Elements of base STU3's Consent, each with a value that base STU3 accepts, and some unknown ones.
CONSENT_ELEMENTS: dict[str, Any] = {
    "meta": {"profile": ["https://example.org/of-nobody"]},
    "implicitRules": "https://example.org/rules",
    "language": "en-GB",
    "text": _NARRATIVE,
    "contained": [{"resourceType": "Patient", "id": "p"}],
    "extension": _EXTENSION,
    "modifierExtension": _EXTENSION,
    "identifier": {"system": "https://example.org/ids", "value": "1"},
    "category": [_CONCEPT],
    "period": _PERIOD,
    "consentingParty": [_REFERENCE],
    "actor": [
        {
            "role": {
                "coding": [{"system": "http://hl7.org/fhir/v3/ParticipationType", "code": "INF"}]
            },
            "reference": _REFERENCE,
        }
    ],
    "action": [_CONCEPT],
    "sourceAttachment": {"title": "Form"},
    "sourceIdentifier": {"value": "1"},
    "sourceReference": {"reference": "https://example.org/DocumentReference/1"},
    "policy": [{"authority": "https://www.gov.uk/", "uri": "https://www.gov.uk/opt-outs"}],
    "policyRule": "http://hl7.org/fhir/ConsentPolicy/opt-out",
    "securityLabel": [{"system": "http://hl7.org/fhir/v3/Confidentiality", "code": "N"}],
    "dataPeriod": _PERIOD,
    "data": [{"meaning": "instance", "reference": _REFERENCE}],
    "except": [{"type": "deny"}],
    "_status": {"id": "s"},
    "_dateTime": {"extension": _EXTENSION},
    "scope": _CONCEPT,
    "favouriteColour": "blue",
}

#: Elements that some data types in a Consent have; in all others they are unknown.
DATATYPE_ELEMENTS: dict[str, Any] = {
    "id": "part",
    "extension": _EXTENSION,
    "modifierExtension": _EXTENSION,
    "system": "https://example.org/of-nobody",
    "version": "1",
    "code": "XX",
    "display": "Somebody",
    "userSelected": True,
    "text": "text",
    "coding": [],
    "reference": "https://example.org/fhir/Patient/9990000018",
    "identifier": {"system": "https://example.org/ids", "value": "1"},
    "use": "official",
    "type": _CONCEPT,
    "period": _PERIOD,
    "assigner": {"display": "Somebody"},
    "authority": "https://www.gov.uk/",
    "valueString": "text",
    "_display": {"extension": _EXTENSION},
    "favouriteColour": "blue",
}
