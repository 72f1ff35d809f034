package ndop.fhir.validation;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.hl7.fhir.common.hapi.validation.validator.FhirDefaultPolicyAdvisor;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r5.context.IWorkerContext;
import org.hl7.fhir.r5.utils.validation.ValidatorSession;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.r5.utils.validation.constants.IdStatus;
import org.hl7.fhir.r5.utils.xver.XVerExtensionManagerOld;
import org.hl7.fhir.validation.ValidatorSettings;
import org.hl7.fhir.validation.instance.InstanceValidator;

/**
 * A pool of HL7's instance validators, configured as HAPI does.
 *
 * <p>Creating one takes several times as long as a validation, and HAPI's own module creates one
 * for each. An instance serves one thread at a time. It caches every Coding that it has seen and
 * never evicts any, so it is discarded after {@link #MAX_USES} validations.
 */
final class InstanceValidatorPool {

  private static final int MAX_USES = 100;

  private final IWorkerContext definitions;
  private final ConcurrentLinkedQueue<Pooled> idle = new ConcurrentLinkedQueue<>();

  InstanceValidatorPool(IWorkerContext definitions) {
    this.definitions = definitions;
  }

  /** Runs {@code task} with a validator; a validator is not reused after a task has thrown. */
  <T> T run(Function<InstanceValidator, T> task) {
    Pooled pooled = idle.poll();
    if (pooled == null) {
      pooled = new Pooled(create(), 0);
    }
    T result = task.apply(pooled.validator());
    if (pooled.uses() + 1 < MAX_USES) {
      idle.offer(new Pooled(pooled.validator(), pooled.uses() + 1));
    }
    return result;
  }

  private InstanceValidator create() {
    InstanceValidator validator =
        new InstanceValidator(
            definitions,
            new FhirInstanceValidator.NullEvaluationContext(),
            new XVerExtensionManagerOld(definitions),
            new ValidatorSession(),
            new ValidatorSettings());
    validator.setAnyExtensionsAllowed(true);
    validator.setResourceIdRule(IdStatus.OPTIONAL);
    validator.setAssumeValidRestReferences(true);
    validator.setUnknownCodeSystemsCauseErrors(true);
    validator.setAllowXsiLocation(true);
    validator.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    validator.setPolicyAdvisor(new FhirDefaultPolicyAdvisor());
    return validator;
  }

  private record Pooled(InstanceValidator validator, int uses) {}
}
