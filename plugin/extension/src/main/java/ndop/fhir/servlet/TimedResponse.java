package ndop.fhir.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import ndop.fhir.policy.MinimumRate;

/**
 * A response that the client must take at a least rate. The container limits only the time in which
 * it takes nothing at all. What counts is the time in which the server waits for the client, not
 * the time in which it makes the answer.
 */
final class TimedResponse extends HttpServletResponseWrapper {

  /** The most that is written between two looks at the clock. */
  private static final int PIECE = 4096;

  private final MinimumRate rate;
  private Duration waited = Duration.ZERO;
  private long taken;
  private boolean abandoned;
  private ServletOutputStream stream;
  private PrintWriter writer;

  TimedResponse(HttpServletResponse response, MinimumRate rate) {
    super(response);
    this.rate = rate;
  }

  /**
   * Makes sure that an answer of which the client took too little does not look complete.
   *
   * @throws IOException if it did; the container then closes the connection
   */
  void checkTaken() throws IOException {
    if (abandoned) {
      throw new IOException("the client took its answer too slowly");
    }
  }

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    if (stream == null) {
      stream = new TimedStream(super.getOutputStream());
    }
    return stream;
  }

  @Override
  public PrintWriter getWriter() throws IOException {
    if (writer == null) {
      writer = new PrintWriter(new TimedWriter(super.getWriter()));
    }
    return writer;
  }

  /** Writes pieces of what {@code length} bytes or characters are left of. */
  private void write(int offset, int length, PieceWriter pieces) throws IOException {
    for (int at = offset; at < offset + length; at += PIECE) {
      int size = Math.min(PIECE, offset + length - at);
      checkTaken();
      long start = System.nanoTime();
      pieces.write(at, size);
      waited = waited.plusNanos(System.nanoTime() - start);
      taken += size;
      abandoned = !rate.isMet(taken, waited);
    }
  }

  @FunctionalInterface
  private interface PieceWriter {
    void write(int offset, int length) throws IOException;
  }

  private final class TimedStream extends ServletOutputStream {

    private final ServletOutputStream target;

    private TimedStream(ServletOutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      TimedResponse.this.write(offset, length, (at, size) -> target.write(bytes, at, size));
    }

    @Override
    public void flush() throws IOException {
      target.flush();
    }

    @Override
    public void close() throws IOException {
      checkTaken();
      target.close();
    }

    @Override
    public boolean isReady() {
      return target.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      target.setWriteListener(listener);
    }
  }

  private final class TimedWriter extends FilterWriter {

    private TimedWriter(Writer target) {
      super(target);
    }

    @Override
    public void write(int one) throws IOException {
      write(new char[] {(char) one}, 0, 1);
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      TimedResponse.this.write(offset, length, (at, size) -> out.write(text, at, size));
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
      TimedResponse.this.write(offset, length, (at, size) -> out.write(text, at, size));
    }

    @Override
    public void close() throws IOException {
      checkTaken();
      super.close();
    }
  }
}
