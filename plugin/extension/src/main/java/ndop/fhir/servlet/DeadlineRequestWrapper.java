package ndop.fhir.servlet;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A request whose body must have arrived by a deadline. The container limits only the time between
 * two bytes, so a client could send one now and then and hold a thread for days.
 */
final class DeadlineRequestWrapper extends HttpServletRequestWrapper {

  /**
   * The maximum number of bytes read of a body that is not needed, so that the client sees the
   * response.
   */
  private static final int MAX_DRAINED = 32 * 1024 * 1024;

  private final Duration timeLimit;
  private final long start = System.nanoTime();
  private Body body;

  DeadlineRequestWrapper(HttpServletRequest request, Duration timeLimit) {
    super(request);
    this.timeLimit = timeLimit;
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    if (body == null) {
      body = new Body(super.getInputStream());
    }
    return body;
  }

  @Override
  public BufferedReader getReader() throws IOException {
    return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Wraps the response so that the rest of the body is read before anything is written. Afterwards
   * the container would not let it be read, and a client that is still sending might not see the
   * response.
   */
  HttpServletResponse drainedBy(HttpServletResponse response) {
    return new HttpServletResponseWrapper(response) {

      @Override
      public ServletOutputStream getOutputStream() throws IOException {
        drain();
        return super.getOutputStream();
      }

      @Override
      public PrintWriter getWriter() throws IOException {
        drain();
        return super.getWriter();
      }
    };
  }

  /** Reads the rest of the body before the deadline, or leaves the connection to be closed. */
  void drain() {
    if (getContentLengthLong() == 0
        || getContentLengthLong() > MAX_DRAINED
        || getContentLengthLong() < 0 && getHeader("Transfer-Encoding") == null) {
      return;
    }
    byte[] dropped = new byte[8192];
    try (ServletInputStream rest = getInputStream()) {
      int drained = 0;
      int count;
      while (drained < MAX_DRAINED && (count = rest.read(dropped, 0, dropped.length)) >= 0) {
        drained += count;
      }
    } catch (IOException tooLateOrGone) {
      // The response is written; a client that does not send in time may not get it.
      return;
    }
  }

  /** Stays open when it is closed, so that the rest can be drained. */
  private final class Body extends ServletInputStream {

    private final ServletInputStream sent;

    private Body(ServletInputStream sent) {
      this.sent = sent;
    }

    @Override
    public int read() throws IOException {
      checkDeadline();
      return sent.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      checkDeadline();
      return sent.read(bytes, offset, length);
    }

    @Override
    public int available() throws IOException {
      return sent.available();
    }

    @Override
    public void close() {}

    @Override
    public boolean isFinished() {
      return sent.isFinished();
    }

    @Override
    public boolean isReady() {
      return sent.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      sent.setReadListener(listener);
    }

    private void checkDeadline() throws SocketTimeoutException {
      if (System.nanoTime() - start > timeLimit.toNanos()) {
        throw new SocketTimeoutException("the body did not arrive in time");
      }
    }
  }
}
