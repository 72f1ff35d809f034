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
 * The client certificates that are allowed (NDOP-170), read from a file: each line has a SHA-256
 * fingerprint in hexadecimal or a subject in the form of RFC 2253, and {@code #} starts a comment.
 * A change to the file takes effect at the next request; a file that cannot be read allows no one.
 */
public final class ClientCertificateAllowList {

  private final Path file;
  private FileTime lastModified;
  private Set<String> entries = Set.of();

  public ClientCertificateAllowList(Path file) {
    this.file = file;
  }

  /** Whether the certificate is on the list. */
  public boolean allows(X509Certificate certificate) {
    Set<String> allowed = entries();
    return allowed.contains(fingerprint(certificate))
        || allowed.contains(certificate.getSubjectX500Principal().getName());
  }

  private synchronized Set<String> entries() {
    try {
      FileTime changed = Files.getLastModifiedTime(file);
      if (!changed.equals(lastModified)) {
        entries =
            Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .map(ClientCertificateAllowList::normalise)
                .collect(Collectors.toUnmodifiableSet());
        lastModified = changed;
      }
    } catch (IOException unreadable) {
      entries = Set.of();
      lastModified = null;
    }
    return entries;
  }

  /** Some tools write fingerprints with colons or in upper case. */
  private static String normalise(String line) {
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
