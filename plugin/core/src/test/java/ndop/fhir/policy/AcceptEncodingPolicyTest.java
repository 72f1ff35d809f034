package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptEncodingPolicyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip",
        "GZIP",
        "deflate, gzip",
        "gzip;q=0.001",
        "gzip ; q=0.5, identity;q=0.5",
        "*",
        "br, *;q=0.1",
        "x-gzip",
      })
  void compresses(String header) {
    assertThat(AcceptEncodingPolicy.prefersGzip(List.of(header))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "identity",
        "deflate, br",
        "gzip;q=0",
        "gzip;q=0.0, *",
        "gzip;q=0.5, identity",
        "gzip;q=x",
        "*;q=0",
        "gzipped",
      })
  void doesNotCompress(String header) {
    assertThat(AcceptEncodingPolicy.prefersGzip(List.of(header))).isFalse();
  }

  @Test
  void severalHeadersAreOneList() {
    assertThat(AcceptEncodingPolicy.prefersGzip(List.of("br", "gzip"))).isTrue();
    assertThat(AcceptEncodingPolicy.prefersGzip(List.of())).isFalse();
  }
}
