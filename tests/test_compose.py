"""docker-compose.yml, checked without an engine."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from ndop.system.layout import Layout


@pytest.fixture(scope="module")
def compose(layout: Layout) -> dict[str, Any]:
    text = (layout.root / "docker-compose.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


@pytest.fixture(scope="module")
def server(compose: dict[str, Any]) -> dict[str, Any]:
    return dict(compose["services"]["server"])


def test_it_is_a_compose_file(layout: Layout) -> None:
    """By the schema of the Compose specification."""
    checked = subprocess.run(
        [
            sys.executable,
            *("-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec"),
            str(layout.root / "docker-compose.yml"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_image_is_of_the_hapi_that_the_extension_is_built_for(
    layout: Layout, server: dict[str, Any]
) -> None:
    pom = (layout.plugin / "pom.xml").read_text(encoding="utf-8")
    hapi = re.search(r"<hapi\.version>(.+?)</hapi\.version>", pom)
    assert hapi is not None
    image = re.fullmatch(
        r"docker\.io/hapiproject/hapi:v(.+)-\d+@sha256:[0-9a-f]{64}", server["image"]
    )
    assert image is not None
    assert image[1] == hapi[1]


def test_the_jar_is_put_where_the_image_looks(layout: Layout, server: dict[str, Any]) -> None:
    (mount,) = server["volumes"]
    assert mount["type"] == "bind"
    assert mount["read_only"]
    assert mount["target"].startswith("/app/extra-classes/")
    pom = (layout.plugin / "extension/pom.xml").read_text(encoding="utf-8")
    name = re.search(r"<finalName>(.+?)</finalName>", pom)
    assert name is not None
    assert mount["source"] == f"./plugin/extension/target/{name[1]}.jar"


def test_the_edition_passes_through(server: dict[str, Any]) -> None:
    assert server["environment"]["NDOP_EDITION"] == "${NDOP_EDITION:-ndop-1.1.0}"


def test_the_settings_of_the_extension_are_not_overridden(
    layout: Layout, server: dict[str, Any]
) -> None:
    """Environment variables win over what the extension sets."""
    sources = layout.plugin / "extension/src/main/java"
    (source,) = sources.rglob("NdopEnvironmentPostProcessor.java")
    settings = re.findall(r'"((?:hapi|server)\.[a-z.\-_]+)"', source.read_text(encoding="utf-8"))
    assert "hapi.fhir.fhir_version" in settings
    variables = {re.sub(r"[.\-]", "_", name).upper() for name in settings}
    assert not variables & server["environment"].keys()


def test_postgresql_is_waited_for_and_kept(compose: dict[str, Any], server: dict[str, Any]) -> None:
    database = compose["services"]["database"]
    assert server["depends_on"]["database"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"][0] == "CMD-SHELL"
    (volume,) = database["volumes"]
    assert volume.split(":")[0] in compose["volumes"]
    assert re.search(r":\d+\.\d+", database["image"])
    environment = server["environment"]
    assert environment["SPRING_DATASOURCE_URL"].startswith("jdbc:postgresql://database:")
    assert environment["SPRING_DATASOURCE_DRIVERCLASSNAME"] == "org.postgresql.Driver"
    assert environment["SPRING_JPA_PROPERTIES_HIBERNATE_DIALECT"].endswith("PostgresDialect")


def test_the_health_check_needs_no_shell(layout: Layout, server: dict[str, Any]) -> None:
    command = server["healthcheck"]["test"]
    assert command[:3] == ["CMD", "java", "-cp"]
    source = layout.plugin / "extension/src/main/java" / (command[4].replace(".", "/") + ".java")
    assert "public static void main" in source.read_text(encoding="utf-8")


def test_ports_are_for_this_machine_only(server: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in server["ports"])


@pytest.mark.parametrize("name", ["server", "database"])
def test_who_gets_in_has_no_rights(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    user, _, group = service["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] > 0
    assert service["mem_limit"]
    assert all("size=" in one or "uid=" in one for one in service["tmpfs"])


def test_only_data_can_be_written(compose: dict[str, Any], server: dict[str, Any]) -> None:
    assert all(volume["read_only"] for volume in server["volumes"])
    assert compose["services"]["database"]["volumes"] == ["database:/var/lib/postgresql/data"]


def test_no_statement_takes_for_ever(compose: dict[str, Any]) -> None:
    assert "statement_timeout=30s" in compose["services"]["database"]["command"]


def test_neither_container_logs_or_dumps_patients(compose: dict[str, Any]) -> None:
    command = compose["services"]["database"]["command"]
    assert {
        "log_min_error_statement=panic",
        "log_error_verbosity=terse",
        "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0",
    } <= set(command)
    options = compose["services"]["server"]["environment"]["JDK_JAVA_OPTIONS"].split()
    assert {"-XX:-LogEvents", "-XX:-CreateCoredumpOnCrash"} <= set(options)
