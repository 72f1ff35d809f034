package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {

  private static final String HEAD = TokenFixtures.part("{\"alg\":\"none\"}");

  @Test
  void readsAnUnsecuredTokenThatEndsInADot() throws Token.MalformedException {
    Token token = Token.of("Bearer " + TokenFixtures.unsecured(Map.of("sub", "me")));

    assertThat(token.text("sub")).contains("me");
    assertThat(token.head().path("alg").asText()).isEqualTo("none");
  }

  @Test
  void ignoresTheCaseOfTheScheme() throws Token.MalformedException {
    assertThat(Token.of("bearer " + TokenFixtures.unsecured(Map.of())).claims()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "a.b.c"})
  void refusesAnythingButABearerToken(String header) {
    assertThatThrownBy(() -> Token.of(header))
        .isInstanceOf(Token.MalformedException.class)
        .hasMessageContaining("another scheme");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "a.b", "a.b.c.d", "...."})
  void refusesAnotherNumberOfParts(String text) {
    assertThatThrownBy(() -> Token.of("Bearer " + text))
        .isInstanceOf(Token.MalformedException.class)
        .hasMessageContaining("3 parts");
  }

  @Test
  void refusesASignatureThatIsNotBase64Url() {
    for (String signature : List.of("=", "ab==", "a+b/", "e30,Bearer", "%20")) {
      assertThatThrownBy(() -> Token.of("Bearer " + HEAD + ".e30." + signature))
          .isInstanceOf(Token.MalformedException.class)
          .hasMessageContaining("signature");
    }
  }

  @Test
  void refusesPadding() {
    for (String text : List.of(HEAD + ".e30=.", HEAD + ".eyAgIH0=.", HEAD + ".e30\t.")) {
      assertThatThrownBy(() -> Token.of("Bearer " + text))
          .isInstanceOf(Token.MalformedException.class);
    }
  }

  @Test
  void refusesExtensionsThatMustBeUnderstood() {
    for (String head : List.of("{\"crit\":[\"exp\"],\"exp\":1}", "{\"crit\":[]}")) {
      assertThatThrownBy(() -> Token.of("Bearer " + TokenFixtures.part(head) + ".e30."))
          .isInstanceOf(Token.MalformedException.class)
          .hasMessageContaining("found crit");
    }
  }

  static Stream<String> notJsonObjects() {
    return Stream.of(
        HEAD + "..",
        HEAD + ".%%%.",
        HEAD + "." + TokenFixtures.part("no json") + ".",
        HEAD + "." + TokenFixtures.part("[]") + ".",
        HEAD + "." + TokenFixtures.part("null") + ".",
        HEAD + "." + TokenFixtures.part("{\"sub\":1,\"sub\":2}") + ".",
        HEAD + "." + TokenFixtures.part("{\"sub\":1,\"\\u0073ub\":2}") + ".",
        HEAD + "." + TokenFixtures.part("{\"a\":{\"b\":1,\"b\":2}}") + ".",
        HEAD + "." + TokenFixtures.part("{\"sub\":NaN}") + ".",
        HEAD + "." + TokenFixtures.part("{} {}") + ".",
        HEAD + "." + TokenFixtures.part("[".repeat(5000)) + ".",
        HEAD + ".gIA.");
  }

  @ParameterizedTest
  @MethodSource("notJsonObjects")
  void refusesPartsThatAreNotJsonObjects(String text) {
    assertThatThrownBy(() -> Token.of("Bearer " + text))
        .isInstanceOf(Token.MalformedException.class)
        .hasMessageContaining("payload");
  }

  @Test
  void refusesAHeadThatIsNotAJsonObject() {
    assertThatThrownBy(() -> Token.of("Bearer " + TokenFixtures.part("1") + "." + HEAD + "."))
        .isInstanceOf(Token.MalformedException.class)
        .hasMessageContaining("token's header");
    String twice = TokenFixtures.part("{\"alg\":\"none\",\"alg\":\"RS512\"}");
    assertThatThrownBy(() -> Token.of("Bearer " + twice + ".e30."))
        .isInstanceOf(Token.MalformedException.class)
        .hasMessageContaining("token's header");
  }
}
