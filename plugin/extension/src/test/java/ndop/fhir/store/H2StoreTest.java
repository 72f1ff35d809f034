package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** H2 on a disk that becomes full while several threads write. */
class H2StoreTest {

  private static final int THREADS = 8;

  @TempDir private Path folder;

  @BeforeEach
  void enoughSpace() {
    FullDisk.full = false;
    FilePath.register(new FullDisk());
  }

  /** The failure is one of timing: without the check, about one turn in ten loses a row. */
  @RepeatedTest(30)
  void whatWasAcknowledgedIsThereAfterTheDiskWasFull() throws Exception {
    Set<Integer> acknowledged = new ConcurrentSkipListSet<>();
    String url = "jdbc:h2:" + FullDisk.SCHEME + ":" + folder + "/consents;WRITE_DELAY=0";
    try (HikariDataSource pool = pool(url)) {
      execute(pool, "CREATE TABLE CONSENT (ID INT PRIMARY KEY, TEXT VARCHAR)");
      try (Database database = new Database(pool, url, true)) {
        writeUntilTheDiskIsFull(pool, database, acknowledged);
      }
    }
    FullDisk.full = false;
    Set<Integer> stored = new TreeSet<>();
    try (HikariDataSource pool = pool(url);
        Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT ID FROM CONSENT")) {
      while (rows.next()) {
        stored.add(rows.getInt(1));
      }
    }
    assertThat(acknowledged).isNotEmpty();
    assertThat(stored).containsAll(acknowledged);
  }

  private static void writeUntilTheDiskIsFull(
      HikariDataSource pool, Database database, Set<Integer> acknowledged) throws Exception {
    AtomicInteger next = new AtomicInteger();
    CountDownLatch enough = new CountDownLatch(100);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    for (int thread = 0; thread < THREADS; thread++) {
      threads.submit(
          () -> {
            while (true) {
              int id = next.incrementAndGet();
              OpenStore store = database.openStore();
              execute(pool, "INSERT INTO CONSENT VALUES (%d, '%s')".formatted(id, "x".repeat(500)));
              database.force(store);
              acknowledged.add(id);
              enough.countDown();
            }
          });
    }
    assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
    FullDisk.full = true;
    threads.shutdown(); // each ends with the first exception
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }

  private static HikariDataSource pool(String url) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(THREADS);
    pool.setConnectionTimeout(2000);
    // A database that failed closes itself in a thread of its own, and cannot be opened meanwhile.
    pool.setInitializationFailTimeout(30_000);
    return pool;
  }

  private static void execute(HikariDataSource pool, String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A file system of H2 that can be full; H2 makes its own instances. */
  public static final class FullDisk extends FilePathWrapper {

    static final String SCHEME = "fulldisk";
    static volatile boolean full;

    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
      return new Channel(getBase().open(mode));
    }
  }

  private static final class Channel extends FileBaseDefault {

    private final FileChannel file;

    Channel(FileChannel file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      if (FullDisk.full) {
        throw new IOException("No space left on device");
      }
      return file.write(source, position);
    }

    @Override
    public void force(boolean metadata) throws IOException {
      file.force(metadata);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
