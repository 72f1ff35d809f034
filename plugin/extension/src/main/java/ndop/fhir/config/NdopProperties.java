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
 * @param strictNhsNumber refuse an NHS number whose check digit is wrong (NDOP-025)
 * @param requireIfMatch refuse an update without If-Match (NDOP-122)
 * @param maxBody the largest body that is read
 * @param maxPage the most versions in one history Bundle
 * @param audit how audit headers and tokens are treated (decision D-08)
 * @param token how tokens are judged
 * @param trail the audit trail
 * @param maxUrl the longest path and query together, in bytes
 * @param maxParameters the most parameters of a URL
 * @param maxDepth how deep a body may be nested
 * @param maxElements how many values (JSON) or elements (XML) a body may have
 * @param maxTime how long a request may take to arrive
 * @param maxAtOnce the most requests at the same time
 * @param maxPerMinute the most requests of one client in a minute; 0: any number
 * @param clients a file of the client certificates that may call; empty: any that TLS accepts
 * @param baseUrl the address of the server in links and Location; empty: as the client calls it
 * @param corsOrigins origins that browsers may call from, where the edition has CORS
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
