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
 * Judges resources as a server of the edition judges the body of a create. Reads {@link Work} from
 * standard input until its end and writes an {@link Answer} for each, in the same order, one JSON
 * object a line. Works on every core and holds a few resources at a time.
 */
@Command(name = "validate", description = "Judge the resources that arrive on standard input.")
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
  record Work(EncodingEnum encoding, String text) {}

  /**
   * What is said of one resource.
   *
   * @param situation the key of the answer that a server gives; null where it accepts the resource
   * @param diagnostics what the server says with it
   * @param findings what the validator finds
   * @param failure why the resource could not be judged; otherwise null
   */
  record Answer(
      String situation, List<String> diagnostics, List<Finding> findings, String failure) {

    static Answer of(ValidationOutcome outcome) {
      return new Answer(
          outcome.refusal().map(refusal -> refusal.situation().key()).orElse(null),
          outcome.refusal().map(Outcome::diagnostics).orElse(List.of()),
          outcome.findings(),
          null);
    }

    static Answer failed(Throwable thrown) {
      return new Answer(null, List.of(), List.of(), thrown.toString());
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
    try (MappingIterator<Work> work = json.readerFor(Work.class).readValues(System.in);
        OrderedExecutor<Answer> answers = new OrderedExecutor<>(answer -> write(out, answer))) {
      while (work.hasNext()) {
        Work one = work.next();
        answers.submit(() -> answer(policy, one));
      }
    }
    return 0;
  }

  private BodyPolicy policy(EditionPackage edition) {
    Edition facts = edition.edition();
    IValidationSupport source = ValidationSupportFactory.of(fhir, edition.resources());
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

  /** One resource that HAPI or HL7's validator fails over is no reason not to judge the others. */
  private static Answer answer(BodyPolicy policy, Work work) {
    try {
      ParsedBody body = policy.read(work.text(), work.encoding());
      return body.refusal().isPresent() ? refused(policy, body) : Answer.of(policy.validate(body));
    } catch (RuntimeException | StackOverflowError failure) {
      return Answer.failed(failure);
    }
  }

  /** A server stops here; the validator knows the places of what is wrong, if it gets that far. */
  private static Answer refused(BodyPolicy policy, ParsedBody body) {
    try {
      return Answer.of(policy.validate(body));
    } catch (RuntimeException | StackOverflowError tooBroken) {
      return Answer.of(new ValidationOutcome(List.of(), body.refusal()));
    }
  }

  /** Flushed each time: whoever asks one resource at a time waits for this line. */
  private void write(OutputStream out, Answer answer) throws IOException {
    json.writeValue(out, answer);
    out.write('\n');
    out.flush();
  }
}
