package ndop.fhir.extension;

import java.util.List;
import ndop.fhir.policy.AuditMode;
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
 * @param corsOrigins origins that browsers may call from, where the edition has CORS
 */
@ConfigurationProperties("ndop")
public record ExtensionSettings(
    @DefaultValue("ndop-1.1.0") String edition,
    @DefaultValue("") String packages,
    @DefaultValue("false") boolean strictNhsNumber,
    @DefaultValue("false") boolean requireIfMatch,
    @DefaultValue("1MB") DataSize maxBody,
    @DefaultValue("100") int maxPage,
    @DefaultValue("permissive") AuditMode audit,
    @DefaultValue TokenSettings token,
    @DefaultValue("*") List<String> corsOrigins) {}
