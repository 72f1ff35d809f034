package ndop.fhir.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import ndop.fhir.policy.FairShares;

/**
 * Closes a connection whose request was refused before its body had arrived. A connection that is
 * closed while the client is sending is reset, and the client may then not see the answer. So what
 * it sends is read and dropped first, for a short time and up to a number of bytes, on a few
 * connections at once. No thread waits for it: the container calls when something has arrived.
 */
final class LingeringClose {

  private static final Duration MAX_TIME = Duration.ofSeconds(3);
  private static final long MAX_DROPPED = 64L * 1024 * 1024;
  private static final int MAX_CONNECTIONS = 100;
  private static final int BUFFER_SIZE = 8192;

  private final FairShares connections = new FairShares(MAX_CONNECTIONS);

  /**
   * Sends what has been written to the response, and has the connection closed when the client has
   * sent its body, or earlier.
   */
  void close(String client, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.flushBuffer();
    ServletInputStream rest = request.getInputStream();
    if (rest.isFinished() || !request.isAsyncSupported() || !connections.tryAcquire(client)) {
      return;
    }
    boolean releasedAtEnd = false;
    try {
      AsyncContext context = request.startAsync(request, response);
      context.setTimeout(MAX_TIME.toMillis());
      Drain drain = new Drain(context, rest);
      context.addListener(new End(client, drain));
      releasedAtEnd = true;
      rest.setReadListener(drain);
    } finally {
      if (!releasedAtEnd) {
        connections.release(client);
      }
    }
  }

  /** Drops what arrives. */
  private static final class Drain implements ReadListener {

    private final AsyncContext context;
    private final ServletInputStream rest;
    private final byte[] dropped = new byte[BUFFER_SIZE];
    private final AtomicBoolean ended = new AtomicBoolean();
    private long count;

    private Drain(AsyncContext context, ServletInputStream rest) {
      this.context = context;
      this.rest = rest;
    }

    @Override
    public void onDataAvailable() throws IOException {
      while (rest.isReady()) {
        int read = rest.read(dropped, 0, dropped.length);
        count += Math.max(read, 0);
        if (read < 0 || count > MAX_DROPPED) {
          end();
          return;
        }
      }
    }

    @Override
    public void onAllDataRead() {
      end();
    }

    @Override
    public void onError(Throwable clientIsGone) {
      end();
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        context.complete();
      }
    }
  }

  private final class End implements AsyncListener {

    private final String client;
    private final Drain drain;

    private End(String client, Drain drain) {
      this.client = client;
      this.drain = drain;
    }

    @Override
    public void onComplete(AsyncEvent event) {
      connections.release(client);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      drain.end();
    }

    @Override
    public void onError(AsyncEvent event) {
      drain.end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      // It is started once only.
    }
  }
}
