package ndop.fhir.logging;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import ndop.fhir.masking.ConfidentialDataMasker;

/**
 * Standard output or error, masked line by line: what is printed rather than logged, such as the
 * stack trace of a thread that died. A line is written when it ends, the last one at the latest
 * when the JVM does. What is printed in bytes is taken to be UTF-8.
 */
final class MaskingPrintStream extends PrintStream {

  private final Lines lines;
  private final OutputStream unmasked;

  MaskingPrintStream(PrintStream unmasked, ConfidentialDataMasker masker) {
    this(new Lines(unmasked, masker), unmasked);
  }

  private MaskingPrintStream(Lines lines, PrintStream unmasked) {
    super(lines, true, StandardCharsets.UTF_8);
    this.lines = lines;
    this.unmasked = new Uncloseable(unmasked);
  }

  /** Writes what there is of a line that has not ended. */
  void finishLine() {
    lines.writeLine();
  }

  /** The stream that the lines are written to; closing it has no effect. */
  OutputStream unmasked() {
    return unmasked;
  }

  private static final class Uncloseable extends FilterOutputStream {

    private Uncloseable(PrintStream stream) {
      super(stream);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
      out.write(octets, offset, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }

  private static final class Lines extends OutputStream {

    /** Bytes of a line that are kept; what follows is dropped. */
    private static final int LONGEST = 1 << 20;

    /** A line of a body that began on an earlier one: a member of JSON, or an element of XML. */
    private static final Pattern OF_A_BODY =
        Pattern.compile("^\\s*+(?:\"[^\"]*+\"\\s*+:|</?[A-Za-z][^<>]*+>).*+$", Pattern.DOTALL);

    private final PrintStream unmasked;
    private final ConfidentialDataMasker masker;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private Lines(PrintStream unmasked, ConfidentialDataMasker masker) {
      this.unmasked = unmasked;
      this.masker = masker;
    }

    @Override
    public synchronized void write(int octet) {
      if (octet == '\n' || line.size() < LONGEST) {
        line.write(octet);
      }
      if (octet == '\n') {
        writeLine();
      }
    }

    @Override
    public synchronized void write(byte[] octets, int offset, int length) {
      for (int at = offset; at < offset + length; at++) {
        write(octets[at]);
      }
    }

    /** Not the line that has not ended: half a number would not be recognised. */
    @Override
    public synchronized void flush() {
      unmasked.flush();
    }

    @Override
    public synchronized void close() throws IOException {
      writeLine();
      unmasked.close();
    }

    private synchronized void writeLine() {
      String text = line.toString(StandardCharsets.UTF_8);
      line.reset();
      String ending = text.endsWith("\n") ? "\n" : "";
      unmasked.print(
          OF_A_BODY.matcher(text).matches()
              ? ConfidentialDataMasker.MASK + ending
              : masker.mask(text));
      unmasked.flush();
    }
  }
}
