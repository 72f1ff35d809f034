package ndop.fhir.provider;

import ca.uhn.fhir.rest.api.server.IBundleProvider;
import ca.uhn.fhir.rest.server.SimpleBundleProvider;
import java.util.List;
import org.hl7.fhir.instance.model.api.IBaseResource;

/** A page of a result that is in memory as a whole: the total is known, and so is the next page. */
final class InMemoryPage {

  private InMemoryPage() {}

  /** The entries from {@code offset}, at most {@code count}; null: from the first, all. */
  static IBundleProvider of(List<? extends IBaseResource> all, Integer offset, Integer count) {
    int from = Math.min(offset == null ? 0 : offset, all.size());
    int to = count == null ? all.size() : Math.min(from + count, all.size());
    SimpleBundleProvider page = new SimpleBundleProvider(List.copyOf(all.subList(from, to)));
    page.setSize(all.size());
    if (offset != null || count != null) {
      page.setCurrentPageOffset(from);
      page.setCurrentPageSize(count == null ? to - from : count);
    }
    return page;
  }
}
