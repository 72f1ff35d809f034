package ndop.fhir.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Objects;
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

  /** More than the last block of the file may have left on a full disk, and some hundred lines. */
  private static final int PROBE_BYTES = 1 << 16;

  private final Path file;
  private final long maxSize;
  private final int kept;
  private FileChannel channel;
  private Object key;
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

  /** Whether lines can be appended: the last one could, or blank ones that are removed again. */
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
      byte[] blankLines = new byte[PROBE_BYTES];
      Arrays.fill(blankLines, (byte) '\n');
      try {
        write(ByteBuffer.wrap(blankLines));
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
    if (channel.isOpen() && wasMoved()) {
      channel.close();
    }
    if (!channel.isOpen()) {
      open();
    }
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    if (channel.size() > 0 && channel.size() + bytes.remaining() > maxSize) {
      rotate();
    }
    long before = channel.size();
    try {
      write(bytes);
      if (forced) {
        channel.force(false);
      }
    } catch (IOException failure) {
      truncateTo(before, failure);
      throw failure;
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }

  /** Whether the file is no longer at its path, as after a rotation by the system. */
  private boolean wasMoved() throws IOException {
    try {
      return !Objects.equals(key, fileKey());
    } catch (NoSuchFileException gone) {
      return true;
    }
  }

  /** Null where the file system has no such keys; then a moved file is not noticed. */
  private Object fileKey() throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
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
    key = fileKey();
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
