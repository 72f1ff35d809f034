package ndop.fhir.masking;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NHS numbers whose ten digits are in other groups than 3-3-4, down to single digits. Most texts of
 * ten digits in groups are something else, so that the check digit has to be right (NDOP-024).
 */
final class NhsNumberGroups {

  private static final int LENGTH = 10;

  /** Ten digits or more, in whatever groups. */
  private static final Pattern GROUPS =
      Pattern.compile(
          "(?<kept>%1$s)|%2$s(?:%3$s{0,%5$d}(?!%1$s)%2$s){%4$d,}+"
              .formatted(
                  DigitGrammar.NO_NUMBER,
                  DigitGrammar.DIGIT,
                  DigitGrammar.ANY_SEPARATOR,
                  LENGTH - 1,
                  DigitGrammar.MOST_SEPARATORS));

  private NhsNumberGroups() {}

  /** The text without such numbers; one that has a published number in it stays. */
  static String mask(String text, Set<String> published) {
    return GROUPS
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) != null
                        ? found.group()
                        : withoutNumbers(found.group(), published)));
  }

  private static String withoutNumbers(String groups, Set<String> published) {
    List<MatchResult> digits = DigitGrammar.findDigits(groups);
    String values = DigitGrammar.digits(digits);
    BitSet boundaries = boundaries(digits);
    StringBuilder masked = new StringBuilder();
    int rest = 0;
    for (int first = 0; first + LENGTH <= digits.size(); first++) {
      int start = digits.get(first).start();
      int end = digits.get(first + LENGTH - 1).end();
      if (boundaries.get(first)
          && boundaries.get(first + LENGTH)
          && NhsNumber.hasValidCheckDigit(values.substring(first, first + LENGTH))
          && published.stream().noneMatch(groups.substring(start, end)::contains)) {
        if (start >= rest) { // else it overlaps the one before
          masked.append(groups, rest, start).append(ConfidentialDataMasker.MASK);
        }
        rest = end;
      }
    }
    return masked.append(groups, rest, groups.length()).toString();
  }

  /** The indexes of digits before which there is a separator, or nothing; and their number. */
  private static BitSet boundaries(List<MatchResult> digits) {
    BitSet boundaries = new BitSet();
    boundaries.set(0);
    for (int at = 1; at < digits.size(); at++) {
      boundaries.set(at, digits.get(at).start() != digits.get(at - 1).end());
    }
    boundaries.set(digits.size());
    return boundaries;
  }
}
