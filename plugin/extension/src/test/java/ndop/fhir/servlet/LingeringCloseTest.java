package ndop.fhir.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;

class LingeringCloseTest {

  private static final int MORE_THAN_THE_PLACES = 200;

  /** Refuses every request; below /started someone else has made the request asynchronous. */
  private static final class RefusingServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private final transient LingeringClose lingering = new LingeringClose();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.setStatus(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
      if (!request.getRequestURI().startsWith("/started")) {
        lingering.close("client", request, response);
        return;
      }
      var started = request.startAsync();
      try {
        lingering.close("client", request, response);
      } catch (IllegalStateException startedTwice) {
        response.setHeader("X-Thrown", "yes");
      } finally {
        started.complete();
      }
    }
  }

  @Test
  void aPlaceIsGivenBackIfTheConnectionCannotWait() throws IOException {
    TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
    // As in NdopEnvironmentPostProcessor: Tomcat itself reads nothing of what is left.
    factory.addConnectorCustomizers(
        connector ->
            ((AbstractHttp11Protocol<?>) connector.getProtocolHandler()).setMaxSwallowSize(0));
    WebServer server =
        factory.getWebServer(
            context -> {
              var servlet = context.addServlet("refusing", new RefusingServlet());
              servlet.setAsyncSupported(true);
              servlet.addMapping("/*");
            });
    server.start();
    try {
      for (int request = 0; request < MORE_THAN_THE_PLACES; request++) {
        try (Socket sending = begin(server.getPort(), "/started")) {
          sending.getInputStream().read();
        }
      }
      try (Socket sending = begin(server.getPort(), "/")) {
        sending.setSoTimeout(1000);
        assertThat(isOpenAfterTheAnswer(sending)).isTrue();
      }
    } finally {
      server.stop();
    }
  }

  private static Socket begin(int port, String path) throws IOException {
    Socket sending = new Socket("127.0.0.1", port);
    sending
        .getOutputStream()
        .write(
            "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 999\r\n\r\n{"
                .formatted(path)
                .getBytes(StandardCharsets.ISO_8859_1));
    return sending;
  }

  private static boolean isOpenAfterTheAnswer(Socket sending) throws IOException {
    try {
      while (sending.getInputStream().read() >= 0) {
        // The answer.
      }
      return false;
    } catch (java.net.SocketTimeoutException nothingMore) {
      return true;
    }
  }
}
