package ndop.fhir.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import ndop.fhir.policy.AuditMode;
import ndop.fhir.policy.BodySizePolicy;
import ndop.fhir.policy.BodySyntaxPolicy;
import ndop.fhir.policy.MinimumRate;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings under {@code ndop.}; as environment variables {@code NDOP_EDITION} and so on.
 *
 * @param edition the edition that this server serves
 * @param packages a folder with further edition packages (.tgz), or empty
 * @param strictNhsNumber whether an NHS number with a wrong check digit is refused (NDOP-025)
 * @param requireIfMatch whether an update without If-Match is refused (NDOP-122)
 * @param conformanceResources whether the server can be asked about its profiles (decision D-30)
 * @param maxBody the maximum size of a body
 * @param maxPage the maximum number of entries in one page of a Bundle
 * @param audit how audit headers and tokens are treated (decision D-08)
 * @param token how tokens are checked
 * @param trail the audit trail
 * @param maxUrl the maximum length of path and query together, in bytes
 * @param maxParameters the maximum number of parameters in a URL
 * @param maxDepth the maximum nesting depth of a body
 * @param maxElements the maximum number of values (JSON) or elements (XML) in a body
 * @param maxTime the time within which a whole body must arrive
 * @param minRate the bytes that a client must at least send, or take, in a second; 0: no limit
 * @param maxArriving the maximum number of requests that are arriving at once
 * @param maxAtOnce the maximum number of requests that are being answered at once
 * @param maxPerMinute the maximum number of requests from one client in a minute; 0: no limit
 * @param minFreeSpace the space that must be free on a disk that is written to; 0: not checked
 * @param forceWrites whether a write is forced to the disk before it is acknowledged, where the
 *     database does not do so itself
 * @param clients the file that lists the client certificates that are allowed; empty: any that TLS
 *     accepts
 * @param baseUrl the server's address in links and Location; empty: the one that the client used
 * @param corsOrigins the origins that browsers may call from, if the edition has CORS
 */
@ConfigurationProperties(value = "ndop", ignoreUnknownFields = false)
public record NdopProperties(
    @DefaultValue("ndop-1.1.0") String edition,
    @DefaultValue("") String packages,
    @DefaultValue("false") boolean strictNhsNumber,
    @DefaultValue("false") boolean requireIfMatch,
    @DefaultValue("true") boolean conformanceResources,
    @DefaultValue("1MB") DataSize maxBody,
    @DefaultValue("100") int maxPage,
    @DefaultValue("permissive") AuditMode audit,
    @DefaultValue TokenProperties token,
    @DefaultValue TrailProperties trail,
    @DefaultValue("4KB") DataSize maxUrl,
    @DefaultValue("30") int maxParameters,
    @DefaultValue("" + BodySyntaxPolicy.DEFAULT_MAX_DEPTH) int maxDepth,
    @DefaultValue("" + BodySyntaxPolicy.DEFAULT_MAX_ELEMENTS) int maxElements,
    @DefaultValue("30s") Duration maxTime,
    @DefaultValue("1KB") DataSize minRate,
    @DefaultValue("200") int maxArriving,
    @DefaultValue("150") int maxAtOnce,
    @DefaultValue("0") int maxPerMinute,
    @DefaultValue("64MB") DataSize minFreeSpace,
    @DefaultValue("true") boolean forceWrites,
    @DefaultValue("") String clients,
    @DefaultValue("") String baseUrl,
    @DefaultValue("*") List<String> corsOrigins) {

  /** The time in which a client need not send or take anything. */
  static final Duration GRACE = Duration.ofSeconds(5);

  private static final Pattern ORIGIN = Pattern.compile("\\*|https?://[^/\\s]++");

  public NdopProperties {
    SettingRange.require("max-body", maxBody, "1KB", "1GB");
    SettingRange.require("max-page", maxPage, 1, 10_000);
    SettingRange.require("max-url", maxUrl, "256B", "64KB");
    SettingRange.require("max-parameters", maxParameters, 1, 10_000);
    SettingRange.require("max-depth", maxDepth, 1, 500);
    SettingRange.require("max-elements", maxElements, 1, 1_000_000);
    SettingRange.require("max-time", maxTime, Duration.ofSeconds(1), Duration.ofHours(1));
    SettingRange.require("min-rate", minRate, "0B", "1GB");
    SettingRange.require("max-arriving", maxArriving, 1, 100_000);
    SettingRange.require("max-at-once", maxAtOnce, 1, 100_000);
    SettingRange.require("max-per-minute", maxPerMinute, 0, Integer.MAX_VALUE);
    SettingRange.require("min-free-space", minFreeSpace, "0B", "1024TB");
    if (!baseUrl.isEmpty() && !isBaseUrl(baseUrl)) {
      throw SettingRange.unexpected(
          "base-url", "an address such as https://optout.example/fhir", baseUrl);
    }
    for (String origin : corsOrigins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw SettingRange.unexpected(
            "cors-origins", "* or origins such as https://portal.example", origin);
      }
    }
  }

  private static boolean isBaseUrl(String text) {
    try {
      URI address = new URI(text);
      return Set.of("http", "https").contains(String.valueOf(address.getScheme()))
          && address.getRawAuthority() != null
          && address.getRawQuery() == null
          && address.getRawFragment() == null;
    } catch (URISyntaxException noAddress) {
      return false;
    }
  }

  /** The sizes that a body may have. */
  BodySizePolicy bodySizes() {
    return new BodySizePolicy(Math.toIntExact(maxBody.toBytes()));
  }

  /** The rate at which a client must send its body and take its answer. */
  MinimumRate minimumRate() {
    return new MinimumRate(minRate.toBytes(), GRACE);
  }
}
