package ndop.fhir.servlet;

import java.nio.charset.StandardCharsets;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;

/**
 * Tomcat's way from a connection to the filters, for {@code OPTIONS *} too, to which it would
 * itself answer the methods of the server (NDOP-211).
 */
final class AllToFiltersAdapter implements Adapter {

  private static final String SERVER = "*";
  private static final byte[] NO_RESOURCE = "/*".getBytes(StandardCharsets.ISO_8859_1);

  private final Adapter adapter;

  AllToFiltersAdapter(Adapter adapter) {
    this.adapter = adapter;
  }

  @Override
  public void service(Request request, Response response) throws Exception {
    if (request.requestURI().equals(SERVER)) {
      request.requestURI().setBytes(NO_RESOURCE, 0, NO_RESOURCE.length);
    }
    adapter.service(request, response);
  }

  @Override
  public boolean prepare(Request request, Response response) throws Exception {
    return adapter.prepare(request, response);
  }

  @Override
  public boolean asyncDispatch(Request request, Response response, SocketEvent status)
      throws Exception {
    return adapter.asyncDispatch(request, response, status);
  }

  @Override
  public void log(Request request, Response response, long time) {
    adapter.log(request, response, time);
  }

  @Override
  public void checkRecycled(Request request, Response response) {
    adapter.checkRecycled(request, response);
  }

  @Override
  public String getDomain() {
    return adapter.getDomain();
  }
}
