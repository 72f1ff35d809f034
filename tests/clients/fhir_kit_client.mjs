// What a program does with fhir-kit-client. Arguments: the base URL, a Consent, the URLs of its
// profile and of a value set. Prints a line for each step.
import { Client } from "fhir-kit-client";

const [baseUrl, text, profile, valueSet] = process.argv.slice(2);
const consent = JSON.parse(text);
const client = new Client({ baseUrl });
const say = (step, result) => console.log(`step ${step}: ${result}`);

const statement = await client.capabilityStatement();
say("capabilities", statement.kind);

const found = await client.search({ resourceType: "StructureDefinition", searchParams: { url: profile } });
say("profile", found.entry[0].resource.url);
const report = await client.operation({ name: "validate", resourceType: "Consent", input: consent });
say("validate", report.issue[0].severity);
const expanded = await client.operation({
  name: "expand", resourceType: "ValueSet", method: "GET", input: { url: valueSet },
});
say("expand", expanded.expansion.contains.length);

const created = await client.create({ resourceType: "Consent", body: consent });
say("create", created.resourceType);
const patient = consent.patient.reference;
const page = await client.search({ resourceType: "Consent", searchParams: { patient, _count: 1 } });
say("search", `${page.total} ${page.entry.length}`);
const stored = page.entry[0].resource;
const read = await client.read({ resourceType: "Consent", id: stored.id });
say("read", read.meta.versionId);
await client.update({
  resourceType: "Consent", id: stored.id, body: read,
  options: { headers: { "If-Match": `W/"${read.meta.versionId}"` } },
});
const history = await client.history({ resourceType: "Consent", id: stored.id });
say("history", history.total);
const first = await client.vread({ resourceType: "Consent", id: stored.id, version: "1" });
say("vread", first.meta.versionId);
try {
  await client.create({ resourceType: "Consent", body: consent });
  say("duplicate", "created");
} catch (error) {
  say("duplicate", `${error.response.status} ${error.response.data.issue[0].details.coding[0].code}`);
}
