package ndop.fhir.config;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** HTTP as it is written, for paths and methods that no client library would send. */
final class RawHttp {

  private static final int TIMEOUT_MILLISECONDS = 30_000;

  private RawHttp() {}

  /**
   * One response.
   *
   * @param status the HTTP status
   * @param head the status line and the headers
   * @param body the rest, undecoded
   */
  record Response(int status, String head, String body) {}

  /** Sends one request to this machine, without a body, and reads the whole response. */
  static Response send(int port, String method, String target, String... headers)
      throws IOException {
    StringBuilder request = new StringBuilder();
    request.append("%s %s HTTP/1.1\r\nHost: localhost\r\n".formatted(method, target));
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    if (headers.length == 0) {
      request.append("Connection: close\r\nContent-Length: 0\r\n");
    }
    request.append("\r\n");
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(TIMEOUT_MILLISECONDS);
      socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
      StringBuilder answer = new StringBuilder();
      byte[] piece = new byte[8192];
      int count;
      while (!isUpgraded(answer) && (count = socket.getInputStream().read(piece)) >= 0) {
        answer.append(new String(piece, 0, count, StandardCharsets.ISO_8859_1));
      }
      return parse(answer.toString());
    }
  }

  /** A connection that is now something else stays open. */
  private static boolean isUpgraded(StringBuilder answer) {
    return answer.indexOf("HTTP/1.1 101") == 0;
  }

  private static Response parse(String answer) {
    int end = answer.indexOf("\r\n\r\n");
    String head = answer.substring(0, end);
    return new Response(
        Integer.parseInt(head.split(" ")[1]), head, answer.substring(end + "\r\n\r\n".length()));
  }
}
