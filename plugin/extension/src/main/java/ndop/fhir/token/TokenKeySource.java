package ndop.fhir.token;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;

/**
 * The public keys that verify the signatures of tokens: a JWK set (RFC 7517) in a file or at a URL.
 * The set is cached. If a key is not in it, the set is read again, but not more often than a
 * minimum interval allows.
 */
public final class TokenKeySource {

  private static final int MAX_SET_SIZE = 256 * 1024;

  /** How long the last set is used while the URL does not answer. */
  private static final Duration OUTAGE = Duration.ofHours(1);

  private final JWKSource<SecurityContext> source;

  private TokenKeySource(JWKSource<SecurityContext> source) {
    this.source = source;
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
   * @param kept how long a set is cached
   * @param pause the minimum time between two reads of the set because of an unknown key
   * @param limit the timeout for connecting to a URL, and for its answer
   * @throws UnavailableException keys may not be read from there
   */
  public static TokenKeySource of(String place, Duration kept, Duration pause, Duration limit)
      throws UnavailableException {
    JWKSourceBuilder<SecurityContext> builder =
        place.matches("(?i)https?://.*")
            ? ofUrl(place, Math.toIntExact(limit.toMillis()))
            : JWKSourceBuilder.create(new FromFile(Path.of(place)));
    return new TokenKeySource(
        builder
            .cache(kept.toMillis(), 2 * limit.toMillis())
            // Refreshing ahead would start a thread that nothing here stops.
            .refreshAheadCache(false)
            .rateLimited(pause.toMillis())
            .outageTolerant(OUTAGE.toMillis())
            .build());
  }

  /**
   * The keys that match; reads the set again if none does.
   *
   * @throws UnavailableException the set cannot be read
   */
  List<JWK> matching(JWKSelector selector) throws UnavailableException {
    try {
      return source.get(selector, null);
    } catch (RateLimitReachedException askedTooOften) {
      return List.of();
    } catch (KeySourceException unavailable) {
      throw new UnavailableException(String.valueOf(unavailable.getMessage()));
    }
  }

  /**
   * Reads the set and returns the number of its keys.
   *
   * @throws UnavailableException it cannot be read, is empty, or contains a private or secret key
   */
  public int requireUsable() throws UnavailableException {
    List<JWK> all = matching(new JWKSelector(new JWKMatcher.Builder().build()));
    if (all.isEmpty()) {
      throw new UnavailableException("expected keys in the set; found none.");
    }
    if (all.stream().anyMatch(JWK::isPrivate)) {
      throw new UnavailableException(
          "expected public keys only; found a private or secret one, which nobody but its owner "
              + "should have.");
    }
    return all.size();
  }

  private static JWKSourceBuilder<SecurityContext> ofUrl(String place, int milliseconds)
      throws UnavailableException {
    try {
      URL url = URI.create(place).toURL();
      boolean loopback = InetAddress.getByName(url.getHost()).isLoopbackAddress();
      if (!url.getProtocol().equals("https") && !loopback) {
        throw new UnavailableException(
            place + ": expected https, as whoever can change the keys can sign tokens.");
      }
      return JWKSourceBuilder.create(
          url, new DefaultResourceRetriever(milliseconds, milliseconds, MAX_SET_SIZE));
    } catch (MalformedURLException | IllegalArgumentException | UnknownHostException wrong) {
      throw new UnavailableException("%s: expected a URL; %s".formatted(place, wrong.getMessage()));
    }
  }

  private record FromFile(Path file) implements JWKSetSource<SecurityContext> {

    @Override
    public JWKSet getJWKSet(
        JWKSetCacheRefreshEvaluator evaluator, long now, SecurityContext context)
        throws KeySourceException {
      try {
        return JWKSet.load(file.toFile());
      } catch (IOException | ParseException unreadable) {
        throw new JWKSetUnavailableException(
            "%s: expected a JWK set; %s".formatted(file, unreadable.getMessage()), unreadable);
      }
    }

    @Override
    public void close() {
      // Nothing is open between two reads.
    }
  }
}
