package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientIdentityTest {

  @Test
  void isTheSubjectOfACertificateWhateverTheAddress() {
    assertThat(ClientIdentity.of(Optional.of("CN=portal"), "192.0.2.1")).isEqualTo("CN=portal");
    assertThat(ClientIdentity.of(Optional.empty(), "192.0.2.1")).isEqualTo("192.0.2.1");
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8:1:2::1, 2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:db8:1:2::1, 2001:0DB8:1:2:0:0:0:9",
    "fe80::1%eth0, fe80::2%eth1",
    "::ffff:192.0.2.1, 192.0.2.1"
  })
  void isTheSameForAddressesOfOneNetwork(String one, String other) {
    assertThat(ClientIdentity.network(one)).isEqualTo(ClientIdentity.network(other));
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8:1:2::1, 2001:db8:1:3::1",
    "192.0.2.1, 192.0.2.2",
    "::ffff:192.0.2.1, ::ffff:192.0.2.2"
  })
  void differsBetweenNetworks(String one, String other) {
    assertThat(ClientIdentity.network(one)).isNotEqualTo(ClientIdentity.network(other));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unknown", "example.org", "::::", "[::1", ":", "a:b", "1:2:3"})
  void takesATextThatIsNoAddressAsItIs(String text) {
    assertThat(ClientIdentity.network(text)).isEqualTo(text);
  }
}
