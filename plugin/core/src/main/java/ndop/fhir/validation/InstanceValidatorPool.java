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
 * HL7's instance validators, set up as HAPI does it and kept for reuse.
 *
 * <p>Making one costs several times a validation, which is what HAPI's own module spends its time
 * on. One is used by one thread at a time. It remembers every coding it saw and has no way to
 * forget, so each is dropped after {@link #USES}.
 */
final class InstanceValidatorPool {

  private static final int USES = 100;

  private final IWorkerContext definitions;
  private final ConcurrentLinkedQueue<Kept> idle = new ConcurrentLinkedQueue<>();

  InstanceValidatorPool(IWorkerContext definitions) {
    this.definitions = definitions;
  }

  /** Lends a validator to {@code task}. One that a task threw through is not used again. */
  <T> T lend(Function<InstanceValidator, T> task) {
    Kept kept = idle.poll();
    if (kept == null) {
      kept = new Kept(made(), 0);
    }
    T result = task.apply(kept.validator());
    if (kept.uses() + 1 < USES) {
      idle.offer(new Kept(kept.validator(), kept.uses() + 1));
    }
    return result;
  }

  private InstanceValidator made() {
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

  private record Kept(InstanceValidator validator, int uses) {}
}
