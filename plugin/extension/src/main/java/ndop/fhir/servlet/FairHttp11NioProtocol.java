package ndop.fhir.servlet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import ndop.fhir.policy.ClientIdentity;
import org.apache.coyote.Adapter;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's HTTP connector, except that each address has its share of {@code
 * server.tomcat.max-connections}: a connection beyond it is closed as soon as it is accepted. A
 * silent connection occupies no thread, but whoever has them all shuts the others out. And no
 * request is answered before it reaches the filters.
 */
public final class FairHttp11NioProtocol extends Http11NioProtocol {

  private final FairNioEndpoint endpoint;

  /** Tomcat creates it by its name. */
  public FairHttp11NioProtocol() {
    this(new FairNioEndpoint());
  }

  private FairHttp11NioProtocol(FairNioEndpoint endpoint) {
    super(endpoint);
    this.endpoint = endpoint;
  }

  @Override
  public void setAdapter(Adapter adapter) {
    super.setAdapter(new AllToFiltersAdapter(adapter));
  }

  /** Limits the time in which a client takes nothing of an answer for which a thread waits. */
  public void setWriteTimeout(Duration timeout) {
    endpoint.writeTimeout = timeout;
  }

  private static final class FairNioEndpoint extends NioEndpoint {

    private volatile Duration writeTimeout = Duration.ofSeconds(20);
    private ConnectionShares shares = new ConnectionShares(Integer.MAX_VALUE);

    @Override
    public void bind() throws Exception {
      if (getMaxConnections() > 0) {
        shares = new ConnectionShares(getMaxConnections());
      }
      super.bind();
    }

    @Override
    protected boolean setSocketOptions(SocketChannel socket) {
      if (!isAdmitted(socket)) {
        destroySocket(socket);
        return true;
      }
      boolean open = super.setSocketOptions(socket);
      SocketWrapperBase<NioChannel> connection = connections.get(socket);
      if (connection != null) {
        connection.setWriteTimeout(writeTimeout.toMillis());
      }
      return open;
    }

    private boolean isAdmitted(SocketChannel socket) {
      try {
        return !(socket.getRemoteAddress() instanceof InetSocketAddress remote)
            || shares.admits(ClientIdentity.network(remote.getAddress().getHostAddress()), socket);
      } catch (IOException closedAlready) {
        return false;
      }
    }
  }
}
