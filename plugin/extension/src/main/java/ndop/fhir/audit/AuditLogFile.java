package ndop.fhir.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file of lines that only its owner can read. A full file is renamed to {@code .1}, the former
 * {@code .1} to {@code .2} and so on; the oldest is deleted. Unlike a logger, it reports write
 * failures.
 */
public final class AuditLogFile implements AutoCloseable {

  private static final FileAttribute<?>[] OWNER_ONLY =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
          ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          }
          : new FileAttribute<?>[0];

  private final Path file;
  private final long maxSize;
  private final int kept;
  private FileChannel channel;
  private volatile boolean failed;

  /**
   * Opens the file.
   *
   * @param maxSize the size in bytes at which the file is rotated
   * @param kept how many rotated files are kept
   * @throws IOException it cannot be opened, or another server writes to it
   */
  public AuditLogFile(Path file, long maxSize, int kept) throws IOException {
    this.file = file.toAbsolutePath();
    this.maxSize = maxSize;
    this.kept = kept;
    Files.createDirectories(this.file.getParent());
    open();
  }

  /**
   * Appends a line, whole or not at all.
   *
   * @param forced whether the line must be on disk before this returns
   * @throws IOException it cannot be written
   */
  public synchronized void append(String line, boolean forced) throws IOException {
    boolean appended = false;
    try {
      appendLine(line, forced);
      appended = true;
    } finally {
      failed = !appended;
    }
  }

  /** Whether a line can be appended: the last one could, or a blank that is removed again can. */
  public boolean isWritable() {
    return !failed || canWrite();
  }

  private synchronized boolean canWrite() {
    if (!failed) {
      return true;
    }
    try {
      if (!channel.isOpen()) {
        open();
      }
      long before = channel.size();
      try {
        channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
      } finally {
        channel.truncate(before);
      }
      failed = false;
      return true;
    } catch (IOException stillFailing) {
      return false;
    }
  }

  private void appendLine(String line, boolean forced) throws IOException {
    if (!channel.isOpen()) {
      open();
    }
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    if (channel.size() > 0 && channel.size() + bytes.remaining() > maxSize) {
      rotate();
    }
    long before = channel.size();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (forced) {
        channel.force(false);
      }
    } catch (IOException failure) {
      truncateTo(before, failure);
      throw failure;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }

  private void open() throws IOException {
    channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), OWNER_ONLY);
    try {
      if (channel.tryLock() == null) {
        throw new IOException("another server writes into " + file);
      }
    } catch (IOException | OverlappingFileLockException taken) {
      channel.close();
      throw taken instanceof IOException failure
          ? failure
          : new IOException("another server writes into " + file, taken);
    }
  }

  private void rotate() throws IOException {
    channel.close();
    Files.deleteIfExists(numbered(kept));
    for (int number = kept - 1; number >= 1; number--) {
      if (Files.exists(numbered(number))) {
        Files.move(numbered(number), numbered(number + 1), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(file, numbered(1), StandardCopyOption.REPLACE_EXISTING);
    open();
  }

  private Path numbered(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  /** Half a line would corrupt the next one. */
  private void truncateTo(long size, IOException failure) {
    try {
      if (channel.isOpen()) {
        channel.truncate(size);
      }
    } catch (IOException alsoThis) {
      failure.addSuppressed(alsoThis);
    }
  }
}
