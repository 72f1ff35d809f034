package ndop.fhir.servlet;

import java.nio.channels.Channel;
import java.util.HashMap;
import java.util.Map;
import ndop.fhir.policy.FairShares;

/**
 * The open connections, of which each client has its share. Nobody has to say that a connection was
 * closed: those that were are looked for when a client's share is used up.
 */
final class ConnectionShares {

  private final FairShares shares;
  private final Map<Channel, String> accepted = new HashMap<>();

  ConnectionShares(int capacity) {
    this.shares = new FairShares(capacity);
  }

  /** Whether the client may have this connection beside those that it has open. */
  synchronized boolean admits(String client, Channel connection) {
    if (!shares.tryAcquire(client)) {
      releaseClosed();
      if (!shares.tryAcquire(client)) {
        return false;
      }
    }
    accepted.put(connection, client);
    return true;
  }

  private void releaseClosed() {
    accepted
        .entrySet()
        .removeIf(
            entry -> {
              boolean closed = !entry.getKey().isOpen();
              if (closed) {
                shares.release(entry.getValue());
              }
              return closed;
            });
  }
}
