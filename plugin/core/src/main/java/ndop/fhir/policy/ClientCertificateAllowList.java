package ndop.fhir.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which client certificates may call (NDOP-170): a file with a SHA-256 fingerprint in hexadecimal,
 * or a subject as RFC 2253 writes it, in each line; what follows a {@code #} is a comment. A change
 * of the file counts from the next request on; a file that cannot be read lists nobody.
 */
public final class ClientCertificateAllowList {

  private final Path file;
  private FileTime asOf;
  private Set<String> known = Set.of();

  public ClientCertificateAllowList(Path file) {
    this.file = file;
  }

  /** Whether the list has the certificate. */
  public boolean include(X509Certificate certificate) {
    Set<String> listed = listed();
    return listed.contains(fingerprint(certificate))
        || listed.contains(certificate.getSubjectX500Principal().getName());
  }

  private synchronized Set<String> listed() {
    try {
      FileTime changed = Files.getLastModifiedTime(file);
      if (!changed.equals(asOf)) {
        known =
            Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .map(ClientCertificateAllowList::spelled)
                .collect(Collectors.toUnmodifiableSet());
        asOf = changed;
      }
    } catch (IOException unreadable) {
      known = Set.of();
      asOf = null;
    }
    return known;
  }

  /** Fingerprints are written with colons and capitals too. */
  private static String spelled(String line) {
    String bare = line.replace(":", "").toLowerCase(Locale.ROOT);
    return bare.matches("[0-9a-f]{64}") ? bare : line;
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException | CertificateEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
