package ndop.fhir.toolkit;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.rest.api.EncodingEnum;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.policy.BodyPolicy;
import ndop.fhir.policy.BodySyntaxPolicy;
import ndop.fhir.policy.FindingPolicy;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.ParsedBody;
import ndop.fhir.policy.ValidationOutcome;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.ProfileValidator;
import ndop.fhir.validation.ValidationSupportFactory;
import org.hl7.fhir.dstu3.model.StructureDefinition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Validates resources as a server of the edition validates the body of a create. It reads {@link
 * Task}s from standard input until its end and writes a {@link Result} for each, in the same order,
 * as one JSON object a line. It works on every core and holds only a few resources at a time.
 */
@Command(name = "validate", description = "Validate the resources that arrive on standard input.")
final class ValidateCommand implements Callable<Integer> {

  @Option(names = "--package", required = true, description = "The package of the edition (.tgz).")
  private Path file;

  @Option(names = "--profile", description = "Canonical URL; the Consent profile by default.")
  private String profile;

  private final FhirContext fhir = FhirContext.forDstu3();
  private final ObjectMapper json =
      new ObjectMapper()
          .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  /** One resource, as text. */
  record Task(EncodingEnum encoding, String text) {}

  /**
   * The result for one resource.
   *
   * @param situation the key of the answer that a server would give; null if it would accept the
   *     resource
   * @param diagnostics the diagnostics of that answer
   * @param findings the findings of the validator
   * @param failure why the resource could not be validated; otherwise null
   */
  record Result(
      String situation, List<String> diagnostics, List<Finding> findings, String failure) {

    static Result of(ValidationOutcome outcome) {
      return new Result(
          outcome.refusal().map(refusal -> refusal.situation().key()).orElse(null),
          outcome.refusal().map(Outcome::diagnostics).orElse(List.of()),
          outcome.findings(),
          null);
    }

    static Result failed(Throwable thrown) {
      return new Result(null, List.of(), List.of(), thrown.toString());
    }
  }

  @Override
  public Integer call() throws IOException {
    EditionPackage edition;
    try (InputStream stream = Files.newInputStream(file)) {
      edition = EditionPackage.read(fhir, stream);
    }
    BodyPolicy policy = policy(edition);
    OutputStream out = new BufferedOutputStream(System.out, 1 << 16);
    try (MappingIterator<Task> tasks = json.readerFor(Task.class).readValues(System.in);
        OrderedExecutor<Result> results = new OrderedExecutor<>(result -> write(out, result))) {
      while (tasks.hasNext()) {
        Task task = tasks.next();
        results.submit(() -> result(policy, task));
      }
    }
    return 0;
  }

  private BodyPolicy policy(EditionPackage edition) {
    Edition facts = edition.edition();
    IValidationSupport source = ValidationSupportFactory.create(fhir, edition.resources());
    String resourceType = facts.resourceType();
    if (profile != null) {
      StructureDefinition definition =
          (StructureDefinition) source.fetchStructureDefinition(profile);
      if (definition == null) {
        throw new IllegalArgumentException("no definition of the profile " + profile);
      }
      resourceType = definition.getType();
    }
    return new BodyPolicy(
        BodySyntaxPolicy.withDefaultLimits(),
        fhir,
        new ProfileValidator(source),
        new FindingPolicy(facts, false),
        resourceType,
        profile == null ? facts.profile() : profile);
  }

  /** A resource on which HAPI or HL7's validator fails does not stop the others. */
  private static Result result(BodyPolicy policy, Task task) {
    try {
      ParsedBody body = policy.read(task.text(), task.encoding());
      return body.refusal().isPresent() ? refused(policy, body) : Result.of(policy.validate(body));
    } catch (RuntimeException | StackOverflowError failure) {
      return Result.failed(failure);
    }
  }

  /** A server stops here; the validator may still find out what is wrong, and where. */
  private static Result refused(BodyPolicy policy, ParsedBody body) {
    try {
      return Result.of(policy.validate(body));
    } catch (RuntimeException | StackOverflowError tooBroken) {
      return Result.of(new ValidationOutcome(List.of(), body.refusal()));
    }
  }

  /** Flushed each time: a caller that sends one resource at a time waits for this line. */
  private void write(OutputStream out, Result result) throws IOException {
    json.writeValue(out, result);
    out.write('\n');
    out.flush();
  }
}
