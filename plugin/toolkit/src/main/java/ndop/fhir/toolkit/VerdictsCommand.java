package ndop.fhir.toolkit;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.rest.api.EncodingEnum;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.ProfileValidator;
import ndop.fhir.validation.ValidationSupportFactory;
import org.hl7.fhir.instance.model.api.IBaseResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Validates many resources against several sets of definitions, one after the other, such as the
 * published and the generated ones. Profiles without a snapshot get one from HL7's generator.
 */
@Command(
    name = "verdicts",
    description = "Validate many resources against several sets of definitions.")
final class VerdictsCommand implements Callable<Integer> {

  @Parameters(
      description =
          "A JSON file: a list of {definitions: [file, …], profile, resources, findings}."
              + " resources: a file with a resource in JSON a line;"
              + " findings: the file to write, a list of what makes that resource invalid a line.")
  private Path plan;

  private final FhirContext fhir = FhirContext.forDstu3();
  private final ObjectMapper json = new ObjectMapper();

  @Override
  public Integer call() throws IOException {
    DefaultProfileValidationSupport base = new DefaultProfileValidationSupport(fhir);
    for (Job job : json.readValue(plan.toFile(), new TypeReference<List<Job>>() {})) {
      List<IBaseResource> definitions = new ArrayList<>();
      for (Path file : job.definitions()) {
        definitions.add(definition(file));
      }
      ProfileValidator validator =
          new ProfileValidator(ValidationSupportFactory.create(fhir, base, definitions));
      List<String> profiles = List.of(job.profile());
      List<String> findings =
          Files.readAllLines(job.resources()).parallelStream()
              .map(resource -> validator.validate(resource, EncodingEnum.JSON, profiles))
              .map(this::objections)
              .toList();
      Files.write(job.findings(), findings);
    }
    return 0;
  }

  /** Published definitions are taken as they are, whatever a strict parser would find. */
  private IBaseResource definition(Path file) throws IOException {
    String text = Files.readString(file);
    return (file.toString().endsWith(".xml") ? fhir.newXmlParser() : fhir.newJsonParser())
        .parseResource(text);
  }

  private String objections(List<Finding> findings) {
    try {
      return json.writeValueAsString(
          findings.stream().filter(finding -> finding.severity().invalidates()).toList());
    } catch (JsonProcessingException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /**
   * @param definitions files of profiles, value sets and code systems, in XML or JSON
   * @param profile canonical URL of the profile that every resource is validated against
   * @param resources a file with a resource in JSON a line
   * @param findings the file to write, a line for each resource
   */
  record Job(List<Path> definitions, String profile, Path resources, Path findings) {}
}
