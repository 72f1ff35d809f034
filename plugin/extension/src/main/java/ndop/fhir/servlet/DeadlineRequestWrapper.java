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
 * A request whose body must have arrived after some time. The container only bounds the time
 * between two bytes, so that a client could send one now and then and keep a thread for days.
 */
final class DeadlineRequestWrapper extends HttpServletRequestWrapper {

  /** How much of a body that nobody wanted is read, so that its client sees the answer. */
  private static final int DRAINED = 32 * 1024 * 1024;

  private final Duration time;
  private final long begun = System.nanoTime();
  private Body body;

  DeadlineRequestWrapper(HttpServletRequest request, Duration time) {
    super(request);
    this.time = time;
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
   * The response, which reads what is left of the body before anything is written: afterwards the
   * container does not let it be read, and a client that still sends might not see the answer.
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

  /** Reads what is left, within its time; else the container closes the connection. */
  void drain() {
    if (getContentLengthLong() == 0
        || getContentLengthLong() > DRAINED
        || getContentLengthLong() < 0 && getHeader("Transfer-Encoding") == null) {
      return;
    }
    byte[] dropped = new byte[8192];
    try (ServletInputStream rest = getInputStream()) {
      int drained = 0;
      int count;
      while (drained < DRAINED && (count = rest.read(dropped, 0, dropped.length)) >= 0) {
        drained += count;
      }
    } catch (IOException tooLateOrGone) {
      // The answer is written; who does not send in time does not get it.
      return;
    }
  }

  /** Who closes it has read enough; what is left is still to be drained. */
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
      if (System.nanoTime() - begun > time.toNanos()) {
        throw new SocketTimeoutException("the body did not arrive in time");
      }
    }
  }
}
