package ndop.fhir.token;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The public keys that verify the signatures of tokens: a JWK set (RFC 7517) in a file or at a URL.
 * Each key belongs to one issuer: the one that its member {@code iss} names, else the one that was
 * set for the whole set. The set is cached. If a key is not in it, the set is read again, but not
 * more often than a minimum interval allows.
 */
public final class TokenKeySource {

  private static final int MAX_SET_SIZE = 256 * 1024;
  private static final int MIN_RSA_BITS = 2048;

  /** How long the last set is used while the URL does not answer. */
  private static final Duration OUTAGE = Duration.ofHours(1);

  private final JWKSource<SecurityContext> source;
  private final AtomicBoolean failing;

  private TokenKeySource(JWKSource<SecurityContext> source, AtomicBoolean failing) {
    this.source = source;
    this.failing = failing;
  }

  /** The keys cannot be read; the message says from where and why. */
  public static final class UnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    UnavailableException(String message) {
      super(message);
    }
  }

  /**
   * Creates a source; nothing is read yet.
   *
   * @param place a file, or a URL: https, or http to this machine
   * @param issuer the issuer of the keys that do not name one; empty: each must name its own
   * @param kept how long a set is cached
   * @param pause the minimum time between two reads of the set because of an unknown key
   * @param limit the timeout for connecting to a URL, and for its answer
   * @throws UnavailableException keys may not be read from there
   */
  public static TokenKeySource of(
      String place, String issuer, Duration kept, Duration pause, Duration limit)
      throws UnavailableException {
    KeySetText text =
        place.matches("(?i)https?://.*")
            ? ofUrl(place, Math.toIntExact(limit.toMillis()))
            : () -> Files.readString(Path.of(place));
    AtomicBoolean failing = new AtomicBoolean();
    return new TokenKeySource(
        JWKSourceBuilder.create(new IssuedKeys(place, issuer, text, failing))
            .cache(kept.toMillis(), 2 * limit.toMillis())
            // Refreshing ahead would start a thread that nothing here stops.
            .refreshAheadCache(false)
            .rateLimited(pause.toMillis())
            .outageTolerant(OUTAGE.toMillis())
            .build(),
        failing);
  }

  /**
   * The keys of an issuer that match; reads the set again if none does.
   *
   * @throws UnavailableException the set cannot be read
   */
  List<JWK> matching(String issuer, String keyId, JWKMatcher.Builder matcher)
      throws UnavailableException {
    return matching(matcher.keyID(idOf(issuer, keyId)).build());
  }

  private List<JWK> matching(JWKMatcher matcher) throws UnavailableException {
    try {
      return source.get(new JWKSelector(matcher), null);
    } catch (RateLimitReachedException askedTooOften) {
      if (failing.get()) {
        throw new UnavailableException("the last attempt failed, and the next must wait");
      }
      return List.of();
    } catch (KeySourceException unavailable) {
      throw new UnavailableException(String.valueOf(unavailable.getMessage()));
    }
  }

  /**
   * Reads the set and returns the number of its keys.
   *
   * @throws UnavailableException it cannot be read, is empty, or contains a private, secret or weak
   *     key, or one of no issuer
   */
  public int requireUsable() throws UnavailableException {
    List<JWK> all = matching(new JWKMatcher.Builder().build());
    if (all.isEmpty()) {
      throw new UnavailableException("expected keys in the set; found none.");
    }
    if (all.stream().anyMatch(JWK::isPrivate)) {
      throw new UnavailableException(
          "expected public keys only; found a private or secret one, which nobody but its owner "
              + "should have.");
    }
    if (all.stream().anyMatch(key -> key instanceof RSAKey && key.size() < MIN_RSA_BITS)) {
      throw new UnavailableException(
          "expected RSA keys of at least %d bits; found a shorter one.".formatted(MIN_RSA_BITS));
    }
    return all.size();
  }

  private static KeySetText ofUrl(String place, int milliseconds) throws UnavailableException {
    try {
      URL url = URI.create(place).toURL();
      boolean loopback = InetAddress.getByName(url.getHost()).isLoopbackAddress();
      if (!url.getProtocol().equals("https") && !loopback) {
        throw new UnavailableException(
            place + ": expected https, as whoever can change the keys can sign tokens.");
      }
      DefaultResourceRetriever retriever =
          new DefaultResourceRetriever(milliseconds, milliseconds, MAX_SET_SIZE);
      return () -> retriever.retrieveResource(url).getContent();
    } catch (MalformedURLException | IllegalArgumentException | UnknownHostException wrong) {
      throw new UnavailableException("%s: expected a URL; %s".formatted(place, wrong.getMessage()));
    }
  }

  /**
   * The id of a key within the set: ids are unique for each issuer only. With the length of the
   * issuer, so that no two pairs have the same id.
   */
  private static String idOf(String issuer, String keyId) {
    return "%d:%s%s".formatted(issuer.length(), issuer, keyId);
  }

  @FunctionalInterface
  private interface KeySetText {
    String read() throws IOException;
  }

  /** A set whose keys have the ids of {@link #idOf}. */
  private record IssuedKeys(String place, String issuer, KeySetText text, AtomicBoolean failing)
      implements JWKSetSource<SecurityContext> {

    @Override
    public JWKSet getJWKSet(
        JWKSetCacheRefreshEvaluator evaluator, long now, SecurityContext context)
        throws KeySourceException {
      failing.set(true);
      JWKSet set = read();
      failing.set(false);
      return set;
    }

    private JWKSet read() throws KeySourceException {
      try {
        Map<String, Object> set = JSONObjectUtils.parse(text.read());
        Map<String, Object>[] keys = JSONObjectUtils.getJSONObjectArray(set, "keys");
        List<Object> issued = new ArrayList<>();
        if (keys == null) {
          throw new ParseException("it has no member keys", 0);
        }
        for (Map<String, Object> key : keys) {
          issued.add(issued(key));
        }
        set.put("keys", issued);
        return JWKSet.parse(set);
      } catch (IOException | ParseException unreadable) {
        throw new JWKSetUnavailableException(
            "%s: expected a JWK set; %s".formatted(place, unreadable.getMessage()), unreadable);
      }
    }

    private Map<String, Object> issued(Map<String, Object> key) throws ParseException {
      String own = key.containsKey("iss") ? JSONObjectUtils.getString(key, "iss") : issuer;
      if (own == null || own.isBlank()) {
        throw new ParseException("each of its keys must name its issuer in the member iss", 0);
      }
      String keyId = JSONObjectUtils.getString(key, "kid");
      // A key without an id is of no use: a token names its key.
      return keyId == null ? key : withId(key, idOf(own, keyId));
    }

    private static Map<String, Object> withId(Map<String, Object> key, String id) {
      Map<String, Object> changed = new LinkedHashMap<>(key);
      changed.put("kid", id);
      return changed;
    }

    @Override
    public void close() {
      // Nothing is open between two reads.
    }
  }
}
