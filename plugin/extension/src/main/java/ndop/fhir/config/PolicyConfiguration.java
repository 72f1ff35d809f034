package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import javax.sql.DataSource;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.policy.BodyPolicy;
import ndop.fhir.policy.BodySyntaxPolicy;
import ndop.fhir.policy.CallerPolicy;
import ndop.fhir.policy.FindingPolicy;
import ndop.fhir.policy.ImmutablePatientPolicy;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.ParameterPolicy;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.validation.ProfileValidator;
import ndop.fhir.validation.ValidationSupportFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The policies, made from the facts of the edition and the settings of the deployment. */
@Configuration(proxyBeanMethods = false)
class PolicyConfiguration {

  @Bean
  InteractionPolicy ndopInteractionPolicy(Edition edition) {
    return new InteractionPolicy(edition);
  }

  @Bean
  ParameterPolicy ndopParameterPolicy(Edition edition) {
    return new ParameterPolicy(edition);
  }

  @Bean
  PatientReferenceParser ndopPatientReferenceParser(Edition edition) {
    return new PatientReferenceParser(edition);
  }

  @Bean
  CallerPolicy ndopCallerPolicy(
      Edition edition, NdopProperties properties, ObjectProvider<DataSource> databases) {
    return CallerPolicyFactory.create(edition, properties, databases::getObject);
  }

  @Bean
  ProfileValidator ndopProfileValidator(FhirContext fhir, EditionPackage edition) {
    return new ProfileValidator(ValidationSupportFactory.create(fhir, edition.resources()));
  }

  @Bean
  BodySyntaxPolicy ndopBodySyntaxPolicy(NdopProperties properties) {
    return new BodySyntaxPolicy(properties.maxDepth(), properties.maxElements());
  }

  @Bean
  ImmutablePatientPolicy ndopImmutablePatientPolicy(PatientReferenceParser patients) {
    return new ImmutablePatientPolicy(patients);
  }

  @Bean
  BodyPolicy ndopBodyPolicy(
      FhirContext fhir,
      Edition edition,
      BodySyntaxPolicy syntax,
      ProfileValidator validator,
      NdopProperties properties) {
    return new BodyPolicy(
        syntax,
        fhir,
        validator,
        new FindingPolicy(edition, properties.strictNhsNumber()),
        edition.resourceType(),
        edition.profile());
  }
}
