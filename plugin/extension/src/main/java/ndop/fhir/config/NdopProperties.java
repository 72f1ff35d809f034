package ndop.fhir.config;

import java.time.Duration;
import java.util.List;
import ndop.fhir.policy.AuditMode;
import ndop.fhir.policy.BodySyntaxPolicy;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings under {@code ndop.}; as environment variables {@code NDOP_EDITION} and so on.
 *
 * @param edition the edition that this server serves
 * @param packages a folder of further edition packages (.tgz), or empty
 * @param strictNhsNumber whether an NHS number with a wrong check digit is refused (NDOP-025)
 * @param requireIfMatch whether an update without If-Match is refused (NDOP-122)
 * @param maxBody the largest body that is read
 * @param maxPage the most entries in one page of a Bundle
 * @param audit how audit headers and tokens are treated (decision D-08)
 * @param token how tokens are checked
 * @param trail the audit trail
 * @param maxUrl the longest path and query together, in bytes
 * @param maxParameters the most parameters in a URL
 * @param maxDepth the deepest nesting of a body
 * @param maxElements the most values (JSON) or elements (XML) in a body
 * @param maxTime the longest time in which a request must have arrived
 * @param maxAtOnce the most requests at a time
 * @param maxPerMinute the most requests of one client in a minute; 0: no limit
 * @param clients the file of client certificates that may call; empty: any that TLS accepts
 * @param baseUrl the server's address in links and Location; empty: the one that the client used
 * @param corsOrigins the origins that browsers may call from, where the edition has CORS
 */
@ConfigurationProperties("ndop")
public record NdopProperties(
    @DefaultValue("ndop-1.1.0") String edition,
    @DefaultValue("") String packages,
    @DefaultValue("false") boolean strictNhsNumber,
    @DefaultValue("false") boolean requireIfMatch,
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
    @DefaultValue("150") int maxAtOnce,
    @DefaultValue("0") int maxPerMinute,
    @DefaultValue("") String clients,
    @DefaultValue("") String baseUrl,
    @DefaultValue("*") List<String> corsOrigins) {}
