package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "W/\"2\"",
        "\"2\"",
        "*",
        " * ",
        "W/\"1\", W/\"2\"",
        "W/\"1\",W/\"2\"",
        "\"1\" ,\t\"2\"",
        "\"1\", , \"2\"",
      })
  void oneOfTheTagsIsThatOfTheVersion(String header) {
    assertThat(EntityTags.of(List.of(header)))
        .hasValueSatisfying(tags -> assertThat(tags.matches("2")).isTrue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"W/\"1\"", "\"22\"", "\"\"", "\"1\", W/\"3\"", "\"*\""})
  void noneOfTheTagsIsThatOfTheVersion(String header) {
    assertThat(EntityTags.of(List.of(header)))
        .hasValueSatisfying(tags -> assertThat(tags.matches("2")).isFalse());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "W/2", "w/\"2\"", "\"2", "'2'", "*, \"2\"", "\"2\" \"3\"", ""})
  void otherTextsAreNoTags(String header) {
    assertThat(EntityTags.of(List.of(header))).isEmpty();
  }

  @Test
  void severalHeadersAreOneList() {
    assertThat(EntityTags.of(List.of("\"1\"", "\"2\"")))
        .contains(new EntityTags(false, List.of("1", "2")));
  }
}
