package ndop.fhir.store;

import jakarta.persistence.QueryTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.hibernate.TransactionException;
import org.hibernate.exception.JDBCConnectionException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * What an exception says about the store, if it is the store that failed (NDOP-210). Types and
 * SQLStates decide, and for H2, which gives most of its own no standard state, its error codes.
 */
public enum StoreFailure {

  /** There was no connection, or the database refused a statement: the transaction is void. */
  REFUSED,

  /** The connection broke, or the database closed. If this happened to a commit, nobody knows. */
  LOST;

  /** The error codes of H2 after it failed to write or to read its file. */
  private static final Set<Integer> H2_LOST =
      Set.of(
          ErrorCode.DATABASE_IS_CLOSED,
          ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
          ErrorCode.DATABASE_ALREADY_OPEN_1,
          ErrorCode.CONNECTION_BROKEN_1,
          ErrorCode.FILE_CORRUPTED_1,
          ErrorCode.IO_EXCEPTION_1,
          ErrorCode.IO_EXCEPTION_2);

  private static final String H2_PACKAGE = "org.h2.jdbc.";
  private static final String H2_STORE_EXCEPTION = "org.h2.mvstore.MVStoreException";

  /** 25006: read only; 57014: cancelled, as by a time limit; 57P03: starting up or stopping. */
  private static final Set<String> REFUSED_STATES = Set.of("25006", "57014", "57P03");

  /** Resources such as disk, memory and connections; errors of the system, such as of a disk. */
  private static final Set<String> REFUSED_CLASSES = Set.of("53", "58");

  /** 08001, 08004: no connection was made. */
  private static final Set<String> NO_CONNECTION_STATES = Set.of("08001", "08004");

  /** The database stopped, or stopped the session. */
  private static final Set<String> LOST_STATES = Set.of("57P01", "57P02", "57P05");

  /**
   * The failure of the store that is among the causes of {@code thrown}; the worse if there are
   * several.
   */
  public static Optional<StoreFailure> of(Throwable thrown) {
    return Optional.ofNullable(worst(thrown, Collections.newSetFromMap(new IdentityHashMap<>())));
  }

  private static StoreFailure worst(Throwable thrown, Set<Throwable> seen) {
    if (thrown == null || !seen.add(thrown)) {
      return null;
    }
    if (hadNoConnection(thrown)) {
      return REFUSED;
    }
    StoreFailure failure = worse(itself(thrown), worst(thrown.getCause(), seen));
    return thrown instanceof SQLException chained
        ? worse(failure, worst(chained.getNextException(), seen))
        : failure;
  }

  /** Whatever caused it, such as a broken connection: no statement was sent. */
  private static boolean hadNoConnection(Throwable thrown) {
    return thrown instanceof CannotCreateTransactionException
        || thrown instanceof CannotGetJdbcConnectionException
        || thrown instanceof SQLTransientConnectionException;
  }

  private static StoreFailure itself(Throwable thrown) {
    if (thrown instanceof SQLException failure) {
      return ofSql(failure);
    }
    // The latter when a commit or a rollback fails, after which the connection is closed.
    if (thrown instanceof JDBCConnectionException
        || thrown instanceof TransactionException
        || thrown instanceof DataAccessResourceFailureException
        || thrown.getClass().getName().equals(H2_STORE_EXCEPTION)) {
      return LOST;
    }
    return thrown instanceof QueryTimeoutException
            || thrown instanceof org.hibernate.QueryTimeoutException
            || thrown instanceof org.springframework.dao.QueryTimeoutException
        ? REFUSED
        : null;
  }

  private static StoreFailure ofSql(SQLException failure) {
    if (failure instanceof SQLTimeoutException) {
      return REFUSED;
    }
    if (failure.getClass().getName().startsWith(H2_PACKAGE)) {
      return H2_LOST.contains(failure.getErrorCode()) ? LOST : null;
    }
    String state = String.valueOf(failure.getSQLState());
    if (NO_CONNECTION_STATES.contains(state)
        || REFUSED_STATES.contains(state)
        || state.length() == 5 && REFUSED_CLASSES.contains(state.substring(0, 2))) {
      return REFUSED;
    }
    return LOST_STATES.contains(state) || state.startsWith("08") ? LOST : null;
  }

  private static StoreFailure worse(StoreFailure one, StoreFailure other) {
    return one == LOST || other == null ? one : other;
  }
}
