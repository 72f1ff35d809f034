import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.api.MethodOutcome;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.gclient.ICriterion;
import ca.uhn.fhir.rest.gclient.ReferenceClientParam;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import org.hl7.fhir.dstu3.model.Bundle;
import org.hl7.fhir.dstu3.model.CapabilityStatement;
import org.hl7.fhir.dstu3.model.CodeType;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.hl7.fhir.dstu3.model.Parameters;
import org.hl7.fhir.dstu3.model.StructureDefinition;
import org.hl7.fhir.dstu3.model.UriType;
import org.hl7.fhir.dstu3.model.ValueSet;

/**
 * What a program does with HAPI's client: arguments are the base URL, an encoding, a Consent, the
 * URLs of its profile and of a value set. Prints a line for each step.
 */
class HapiClient {
  public static void main(String[] arguments) {
    FhirContext fhir = FhirContext.forDstu3();
    IGenericClient client = fhir.newRestfulGenericClient(arguments[0]);
    client.setEncoding(ca.uhn.fhir.rest.api.EncodingEnum.valueOf(arguments[1]));
    Consent consent = fhir.newJsonParser().parseResource(Consent.class, arguments[2]);
    String profile = arguments[3];
    String valueSet = arguments[4];

    CapabilityStatement statement =
        client.capabilities().ofType(CapabilityStatement.class).execute();
    say("capabilities", statement.getKind().toCode());

    Bundle found =
        client
            .search()
            .forResource(StructureDefinition.class)
            .where(StructureDefinition.URL.matches().value(profile))
            .returnBundle(Bundle.class)
            .execute();
    StructureDefinition definition = (StructureDefinition) found.getEntryFirstRep().getResource();
    say("profile", definition.getUrl());
    say(
        "profile by id",
        client.read().resource(StructureDefinition.class).withId(definition.getIdElement().getIdPart())
            .execute().getUrl());

    OperationOutcome report =
        (OperationOutcome) client.validate().resource(consent).execute().getOperationOutcome();
    say("validate", report.getIssueFirstRep().getSeverity().toCode());
    Consent wrong = consent.copy();
    wrong.setDateTime(null);
    report = (OperationOutcome) client.validate().resource(wrong).execute().getOperationOutcome();
    say("validate wrong", report.getIssueFirstRep().getSeverity().toCode());

    ValueSet expanded =
        client
            .operation()
            .onType(ValueSet.class)
            .named("$expand")
            .withParameter(Parameters.class, "url", new UriType(valueSet))
            .returnResourceType(ValueSet.class)
            .execute();
    say("expand", String.valueOf(expanded.getExpansion().getContains().size()));
    Parameters known =
        client
            .operation()
            .onType(ValueSet.class)
            .named("$validate-code")
            .withParameter(Parameters.class, "url", new UriType(valueSet))
            .andParameter(
                "system", new UriType(expanded.getExpansion().getContainsFirstRep().getSystem()))
            .andParameter(
                "code", new CodeType(expanded.getExpansion().getContainsFirstRep().getCode()))
            .useHttpGet()
            .execute();
    say("validate-code", known.getParameterFirstRep().getValue().primitiveValue());

    MethodOutcome created = client.create().resource(consent).execute();
    say("create", String.valueOf(created.getCreated()));
    String id = created.getId().getIdPart();
    Consent stored = client.read().resource(Consent.class).withId(id).execute();
    say("read", stored.getIdElement().getVersionIdPart());
    ICriterion<ReferenceClientParam> patient =
        Consent.PATIENT.hasId(consent.getPatient().getReference());
    Bundle page =
        client.search().forResource(Consent.class).where(patient).count(1)
            .returnBundle(Bundle.class).execute();
    say("search", page.getTotal() + " " + page.getEntry().size());
    MethodOutcome updated = client.update().resource(stored).execute();
    say("update", updated.getId().getVersionIdPart());
    Bundle history =
        client.history().onInstance(stored.getIdElement().toUnqualifiedVersionless())
            .returnBundle(Bundle.class).execute();
    say("history", String.valueOf(history.getTotal()));
    say(
        "vread",
        client.read().resource(Consent.class).withIdAndVersion(id, "1").execute()
            .getIdElement().getVersionIdPart());
    say(
        "unchanged",
        String.valueOf(
            client.read().resource(Consent.class).withId(id).ifVersionMatches("2").returnNull()
                .execute() == null));
    try {
      client.create().resource(consent).execute();
      say("duplicate", "created");
    } catch (BaseServerResponseException refused) {
      OperationOutcome outcome = (OperationOutcome) refused.getOperationOutcome();
      say(
          "duplicate",
          refused.getStatusCode()
              + " "
              + outcome.getIssueFirstRep().getDetails().getCodingFirstRep().getCode());
    }
  }

  private static void say(String step, String result) {
    System.out.println("step " + step + ": " + result);
  }
}
