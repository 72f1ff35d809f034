package ndop.fhir.policy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;

/** Who a client is, as far as limits are concerned. */
public final class ClientIdentity {

  private static final int BYTES_OF_A_NETWORK = 8;

  private ClientIdentity() {}

  /**
   * The subject of its certificate, because clients behind a proxy share an address; without one,
   * its network.
   */
  public static String of(Optional<String> subject, String address) {
    return subject.orElseGet(() -> network(address));
  }

  /**
   * The address, or the first 64 bits of an IPv6 address: whoever has one of these has them all. A
   * text that is no address, which a proxy may have forwarded, is returned as it is.
   */
  public static String network(String address) {
    // Only a text with a colon is certain not to be looked up as a name.
    return address.indexOf(':') < 0 ? address : networkOfIpv6(address);
  }

  private static String networkOfIpv6(String address) {
    try {
      InetAddress parsed = InetAddress.getByName(address.replaceFirst("%.*", ""));
      return parsed instanceof Inet6Address
          ? HexFormat.of().formatHex(parsed.getAddress(), 0, BYTES_OF_A_NETWORK) + "/64"
          : parsed.getHostAddress();
    } catch (UnknownHostException noAddress) {
      return address;
    }
  }
}
