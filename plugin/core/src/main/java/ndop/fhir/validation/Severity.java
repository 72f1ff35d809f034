package ndop.fhir.validation;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.hl7.fhir.utilities.validation.ValidationMessage.IssueSeverity;

/** How severe a finding is; {@link #ERROR} and {@link #FATAL} make a resource invalid. */
public enum Severity {
  INFORMATION,
  WARNING,
  ERROR,
  FATAL;

  static Severity of(IssueSeverity severity) {
    return switch (severity) {
      case FATAL -> FATAL;
      case ERROR -> ERROR;
      case WARNING -> WARNING;
      case INFORMATION, NULL -> INFORMATION;
    };
  }

  /** Whether a finding of this severity makes a resource invalid. */
  public boolean invalidates() {
    return this == ERROR || this == FATAL;
  }

  /** The code in FHIR's value set issue-severity, which is also the JSON form. */
  @JsonValue
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
