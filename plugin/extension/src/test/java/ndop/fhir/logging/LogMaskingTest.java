package ndop.fhir.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MarkerFactory;

/** The masking in a logger context that is configured as that of a host may be. */
class LogMaskingTest {

  private static final String BODY = "{\"resourceType\":\"Consent\",\"id\":\"Smith\"}";
  private static final String TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJTbWl0aCJ9.";
  private static final List<String> CONFIDENTIAL =
      List.of("9990000018", "999 000 0018", "999-000-0018", "0000018", "Smith", TOKEN, "eyJzdWIi");

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final LoggerContext context = new LoggerContext();

  @TempDir private Path folder;

  @BeforeEach
  void captureAndConfigure() throws JoranException {
    PrintStream captured = new PrintStream(printed, true, StandardCharsets.UTF_8);
    System.setOut(captured);
    System.setErr(captured);
    context.setMDCAdapter(new LogbackMDCAdapter());
    context.putProperty("LOG_FOLDER", folder.toString());
    configure();
  }

  @AfterEach
  void restore() {
    context.stop();
    System.setOut(out);
    System.setErr(err);
  }

  private void configure() throws JoranException {
    URL file = getClass().getResource("/ndop/logging/stock-like-logback.xml");
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(file);
  }

  private String everythingLogged() throws IOException {
    context.stop();
    StringBuilder all = new StringBuilder(printed.toString(StandardCharsets.UTF_8));
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @Test
  void aCallerCanNeitherForgeALineNorFillTheLog() throws IOException {
    LogMasking.install(context);
    Logger log = context.getLogger("x");
    String forged = "10:00:00 ERROR forged";
    for (String lineBreak : List.of("\n", "\r", "\r\n", "\u2028", "\u0085", "\u000b")) {
      log.error("code 'en" + lineBreak + forged + "'", new Exception("x" + lineBreak + forged));
    }
    log.error("\u001b[2J");
    log.error("A".repeat(1_000_000));
    String logged = everythingLogged();
    assertThat(logged).contains("forged").doesNotContain("\u001b");
    assertThat(logged.lines()).noneMatch(line -> line.startsWith(forged));
    assertThat(logged.length()).isLessThan(500_000);
  }

  private static Throwable failure() {
    Throwable failure =
        new IllegalStateException(
            "on 9990000018", new IllegalArgumentException("cause " + BODY, new Exception(TOKEN)));
    failure.addSuppressed(new IllegalStateException("suppressed 999 000 0018"));
    return failure;
  }

  private void logEverything(String name) {
    Logger logger = context.getLogger(name);
    context.getMDCAdapter().put("patient", "9990000018");
    logger.info("message 9990000018, 999-000-0018 and {}", BODY);
    logger.info("split 99900{}", "00018");
    logger.info("arguments {} {} {}", 9990000018L, List.of("999 000 0018"), TOKEN);
    logger.error("failure {}", "9990000018", failure());
    logger
        .atWarn()
        .addMarker(MarkerFactory.getDetachedMarker("M9990000018"))
        .addKeyValue("patient", "9990000018")
        .addKeyValue("number", 9990000018L)
        .addKeyValue("body", new StringBuilder(BODY))
        .log("fluent");
    context.getMDCAdapter().remove("patient");
    logger.info("{\"a\": \"Smith\"} done");
  }

  private void assertMasked(String logged) {
    assertThat(logged).doesNotContain(CONFIDENTIAL);
    assertThat(logged)
        .contains("message …, … and {…}", "split …", "failure …", "fluent", "{…} done")
        .contains("IllegalStateException: on …", "Caused by: java.lang.Exception: …")
        .contains("at ndop.fhir.logging.LogMaskingTest.failure", "[LogMaskingTest.java:");
    long lines = logged.lines().filter(line -> line.startsWith("{\"sequenceNumber\"")).count();
    assertThat(lines).as("events as JSON").isPositive();
  }

  @Test
  void everyAppenderOfTheHostGetsMaskedEvents() throws IOException {
    LogMasking.install(context);

    logEverything("org.springframework.beans.factory");

    assertMasked(everythingLogged());
  }

  @Test
  void aConfigurationThatIsReadAgainIsMaskedToo() throws IOException, JoranException {
    LogMasking.install(context);
    context.reset();
    context.putProperty("LOG_FOLDER", folder.toString());
    configure();

    logEverything("any");
    context.reset();
    context.putProperty("LOG_FOLDER", folder.toString());
    configure();
    logEverything("any");

    assertMasked(everythingLogged());
  }

  @Test
  void anAppenderThatIsAttachedLaterIsMaskedToo() {
    LogMasking.install(context);
    LogMasking.install(context);
    ListAppender<ILoggingEvent> later = new ListAppender<>();
    later.start();
    context.getLogger("a.b").addAppender(later);

    context.getLogger("a.b.c").info("message 9990000018");
    context.getLogger("a.b.c").debug("not enabled");

    assertThat(later.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("message …");
  }

  @Test
  void whatIsPrintedIsMasked() {
    LogMasking.install(context);

    System.out.print("half a number 99900");
    System.out.flush();
    System.out.println("00018");
    failure().printStackTrace();
    System.err.println("<Consent xmlns=\"http://hl7.org/fhir\">\n  <div>Smith</div>\n</Consent>");
    System.out.printf("{%n  \"id\": \"Smith\"%n}%n");
    System.out.println("é and nothing else");

    String text = printed.toString(StandardCharsets.UTF_8);
    assertThat(text).doesNotContain(CONFIDENTIAL);
    assertThat(text)
        .contains("half a number …\n", "IllegalStateException: on …", "é and nothing else\n");
  }

  /** Prints a line without an end, and exits. */
  static final class Exiting {
    private Exiting() {}

    public static void main(String[] arguments) {
      LogMasking.install(new LoggerContext());
      System.out.print("the last line of 9990000018");
      System.err.print("the last error of 9990000018");
      System.exit(3);
    }
  }

  @Test
  void aLineThatHasNotEndedIsWrittenAtExit() throws IOException, InterruptedException {
    Path output = folder.resolve("out.txt");
    Path errors = folder.resolve("err.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Exiting.class.getName())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(3);
    assertThat(output).content().endsWith("the last line of …");
    assertThat(errors).content().endsWith("the last error of …");
  }
}
