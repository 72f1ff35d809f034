package ndop.fhir.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The space that must stay free where the server writes. An embedded database closes itself when a
 * write fails; a server that stops writing before the disk is full never gets there.
 */
public final class FreeSpace {

  private final List<Path> files;
  private final long reserve;

  /**
   * The space around some files.
   *
   * @param files the files written to, which need not exist; one that is no file is not looked at
   * @param reserve how many bytes must be free; 0: never looks
   */
  public FreeSpace(List<Path> files, long reserve) {
    this.files = files.stream().map(Path::toAbsolutePath).toList();
    this.reserve = reserve;
  }

  /** Whether there is enough for a write. */
  public boolean isSufficient() {
    return reserve == 0 || files.stream().allMatch(this::hasSpace);
  }

  private boolean hasSpace(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return true;
    }
    Path existing = file;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing == null || existing.toFile().getUsableSpace() >= reserve;
  }
}
