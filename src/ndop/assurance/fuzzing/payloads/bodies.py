"""Payloads for bodies: texts, encodings and XML."""

from __future__ import annotations

#: Unusual characters, and attempts at injection.
TEXTS = [
    "\u0000",
    "\u202e",
    "\ufeff",
    "\U0001f600",
    "é",
    "e\u0301",
    "'; DROP TABLE hfj_resource; --",
    "<script>alert(1)</script>",
    "${jndi:ldap://127.0.0.1/x}",
    "{{7*7}}",
    "%s%n%x",
    "../../etc/passwd",
    "%2e%2e%2f",
    "\r\nX: y",
    "NaN",
    "null",
    "Consent/1",
    "a|b",
    "a,b",
    "$",
    "\\",
    "a" * 300,
]

#: Byte order marks, and what else may not come before a body.
PREFIXES = [
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x00",
    b" ",
    b"\n\n",
    b"\xc2\xa0",
    b"//",
    b"<!-- -->",
]

CHARSETS = ["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037", "utf-8-sig"]

XML_FRAGMENTS = [
    b"",
    b"<",
    b"&",
    b"&amp;",
    b"&#0;",
    b"&#x1F600;",
    b"&e;",
    b"]]>",
    b"<![CDATA[x]]>",
    b"<!-- x -->",
    b"<?x y?>",
    b'<?xml version="1.1"?>',
    b'<?xml version="1.0" encoding="utf-16"?>',
    b'<?xml version="1.0" encoding="nonsense"?>',
    b'<!DOCTYPE c [<!ENTITY e "x">]>',
    b"<!DOCTYPE c SYSTEM 'file:///etc/passwd'>",
    b"<x/>",
    b"<x>",
    b"</x>",
    b"<extension/>",
    b'<extension url=""/>',
    b'<extension url="x"><valueString value="x"/></extension>',
    b'<status value="active"/>',
    b'<id value="x"/>',
    b'<f:status xmlns:f="http://hl7.org/fhir" value="active"/>',
    b'<contained><Patient xmlns="http://hl7.org/fhir"/></contained>',
    b'<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">x</div></text>',
    b'<text><div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div></text>',
    b' value="x"',
    b' xmlns="x"',
    b' xmlns:a="a"',
    b' xsi:nil="true"',
    b"x",
    b"\xff",
    b"\x00",
]
