package ndop.fhir.config;

import ca.uhn.fhir.batch2.coordinator.JobDefinitionRegistry;
import ca.uhn.fhir.batch2.jobs.reindex.ReindexJobParameters;
import ca.uhn.fhir.batch2.model.JobDefinition;
import ca.uhn.fhir.jpa.packages.IPackageInstallerSvc;
import ca.uhn.fhir.jpa.packages.PackageInstallationSpec;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import ndop.fhir.edition.EditionPackage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Installs the edition's SearchParameters, on which the uniqueness of a Consent depends, before the
 * first request.
 *
 * <p>The rest of the package is used from memory (docs/adr/0003) and is not stored.
 */
final class SearchParameterInstaller {

  private static final Logger LOG = LoggerFactory.getLogger(SearchParameterInstaller.class);
  private static final int ATTEMPTS = 6;

  private final IPackageInstallerSvc installer;

  /** Storing a SearchParameter queues a reindex job, so HAPI must know its jobs by then. */
  SearchParameterInstaller(
      IPackageInstallerSvc installer,
      JobDefinitionRegistry jobs,
      ObjectProvider<JobDefinition<ReindexJobParameters>> reindexing) {
    this.installer = installer;
    reindexing.forEach(jobs::addJobDefinitionIfNotRegistered);
  }

  /**
   * Installs what is not installed yet. If two nodes start on one database at the same time, the
   * one that loses the race tries again.
   */
  void install(EditionPackage edition) {
    PackageInstallationSpec spec = new PackageInstallationSpec();
    spec.setName(edition.name());
    spec.setVersion(edition.version());
    spec.setPackageContents(edition.content());
    spec.setInstallMode(PackageInstallationSpec.InstallModeEnum.STORE_AND_INSTALL);
    spec.setVersionPolicy(PackageInstallationSpec.VersionPolicyEnum.SINGLE_VERSION);
    spec.setInstallResourceTypes(List.of("SearchParameter"));
    spec.setFetchDependencies(false);
    for (int attempt = 1; ; attempt++) {
      try {
        installer.install(spec);
        return;
      } catch (RuntimeException failure) {
        if (attempt == ATTEMPTS) {
          throw failure;
        }
        LOG.info("Another node may be installing the package; attempt {} failed", attempt);
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(500, 2500));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while installing the package", interrupted);
    }
  }
}
