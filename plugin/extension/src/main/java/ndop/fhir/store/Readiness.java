package ndop.fhir.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** Whether the server can do its work: every part that writes says that it can. */
public final class Readiness {

  private final List<BooleanSupplier> conditions = new CopyOnWriteArrayList<>();

  /** Adds a condition, which must answer at once. */
  public void require(BooleanSupplier condition) {
    conditions.add(condition);
  }

  /** Whether every condition holds. */
  public boolean isReady() {
    return conditions.stream().allMatch(BooleanSupplier::getAsBoolean);
  }
}
