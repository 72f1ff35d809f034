package ndop.fhir.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The key of the pseudonyms: a file of hexadecimal digits, created at the first start. */
public final class PseudonymKey {

  private static final int BYTES = 32;

  private PseudonymKey() {}

  /**
   * Reads the key, or creates one that only its owner can read.
   *
   * @throws IOException it cannot be read or created, or is shorter than 32 bytes
   */
  public static byte[] readOrCreate(Path file) throws IOException {
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(Files.createFile(file, ownerOnly()), HexFormat.of().formatHex(key) + "\n");
      return key;
    } catch (FileAlreadyExistsException thereAlready) {
      String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
      if (!text.matches("(?:[0-9A-Fa-f]{2}){%d,}".formatted(BYTES))) {
        throw new IOException(
            "%s: expected a key of at least %d hexadecimal digits; found something else"
                .formatted(file, 2 * BYTES));
      }
      return HexFormat.of().parseHex(text);
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
