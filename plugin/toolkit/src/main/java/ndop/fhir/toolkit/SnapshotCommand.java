package ndop.fhir.toolkit;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.StrictErrorHandler;
import ca.uhn.fhir.rest.api.EncodingEnum;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ndop.fhir.validation.Finding;
import ndop.fhir.validation.ProfileValidator;
import ndop.fhir.validation.ValidationSupportFactory;
import org.hl7.fhir.dstu3.model.ElementDefinition;
import org.hl7.fhir.dstu3.model.Reference;
import org.hl7.fhir.dstu3.model.StructureDefinition;
import org.hl7.fhir.dstu3.model.StructureDefinition.StructureDefinitionSnapshotComponent;
import org.hl7.fhir.dstu3.model.Type;
import org.hl7.fhir.dstu3.model.UriType;
import org.hl7.fhir.instance.model.api.IBaseResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Completes the rendered artefacts of editions: profiles get the snapshots of HAPI's generator, and
 * every artefact is validated against base STU3.
 */
@Command(
    name = "snapshot",
    description = "Complete the artefacts of editions and report what the validator finds.")
final class SnapshotCommand implements Callable<Integer> {

  @Parameters(
      arity = "1..*",
      description = "Folders of artefacts in XML; each gets a folder complete/ in XML and JSON.")
  private List<Path> folders;

  private final FhirContext fhir = FhirContext.forDstu3();
  private final ObjectMapper json = new ObjectMapper();

  /** Prints {@code {folder: {artefact: [finding, …]}}}. */
  @Override
  public Integer call() throws IOException {
    Map<String, Map<String, List<Finding>>> report = new TreeMap<>();
    for (Path folder : folders) {
      report.put(folder.toString(), complete(folder));
    }
    System.out.println(json.writerWithDefaultPrettyPrinter().writeValueAsString(report));
    return 0;
  }

  private Map<String, List<Finding>> complete(Path folder) throws IOException {
    Map<Path, IBaseResource> artefacts = new TreeMap<>();
    for (Path file : xmlFiles(folder)) {
      artefacts.put(file, strict(fhir.newXmlParser()).parseResource(Files.readString(file)));
    }
    IValidationSupport source =
        ValidationSupportFactory.create(fhir, new ArrayList<>(artefacts.values()));
    ProfileValidator validator = new ProfileValidator(source);
    Map<String, List<Finding>> findings = new TreeMap<>();
    Path target = Files.createDirectories(folder.resolve("complete"));
    for (Map.Entry<Path, IBaseResource> artefact : artefacts.entrySet()) {
      IBaseResource complete = withSnapshot(source, artefact.getValue());
      String name = artefact.getKey().getFileName().toString().replaceFirst("\\.xml$", "");
      String text = write(fhir.newJsonParser(), complete, target.resolve(name + ".json"));
      write(fhir.newXmlParser(), complete, target.resolve(name + ".xml"));
      findings.put(name, validator.validate(text, EncodingEnum.JSON, List.of()));
    }
    return findings;
  }

  private static List<Path> xmlFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".xml")).sorted().toList();
    }
  }

  private static IParser strict(IParser parser) {
    return parser.setParserErrorHandler(new StrictErrorHandler());
  }

  private static String write(IParser parser, IBaseResource artefact, Path file)
      throws IOException {
    String text = parser.setPrettyPrint(true).encodeResourceToString(artefact).strip() + "\n";
    Files.writeString(file, text, StandardCharsets.UTF_8);
    return text;
  }

  /** The artefact; a profile with its snapshot and the mappings that the snapshot refers to. */
  private static IBaseResource withSnapshot(IValidationSupport source, IBaseResource artefact) {
    if (artefact instanceof StructureDefinition profile) {
      StructureDefinition generated =
          (StructureDefinition)
              source.generateSnapshot(
                  new ValidationSupportContext(source),
                  profile,
                  profile.getUrl(),
                  "",
                  profile.getName());
      StructureDefinition complete = profile.copy();
      complete.setSnapshot(withUris(generated.getSnapshot(), profile));
      complete.setMapping(generated.getMapping());
      return complete;
    }
    return artefact;
  }

  /**
   * The generator turns the URI of each value set into a reference, which a server that resolves
   * references would refuse; those that the profile itself names become URIs again.
   */
  private static StructureDefinitionSnapshotComponent withUris(
      StructureDefinitionSnapshotComponent snapshot, StructureDefinition profile) {
    Set<String> named =
        profile.getDifferential().getElement().stream()
            .map(element -> element.getBinding().getValueSet())
            .filter(UriType.class::isInstance)
            .map(Type::primitiveValue)
            .collect(Collectors.toSet());
    for (ElementDefinition element : snapshot.getElement()) {
      if (element.getBinding().getValueSet() instanceof Reference reference
          && named.contains(reference.getReference())) {
        element.getBinding().setValueSet(new UriType(reference.getReference()));
      }
    }
    return snapshot;
  }
}
