package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairSharesTest {

  private static final int CAPACITY = 150;
  private static final Duration LONG = Duration.ofSeconds(30);

  private final FairShares shares = new FairShares(CAPACITY);

  @Test
  void givesOneClientHalf() {
    assertThat(taken("one")).isEqualTo(CAPACITY / 2);
    assertThat(shares.tryAcquire("one")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 20, 60})
  void leavesANewClientAsMuchAsAnyOtherHas(int clients) {
    List<Integer> places = takenInTurn(clients);

    int share = CAPACITY / (clients + 1);
    assertThat(places).allSatisfy(held -> assertThat(held).isBetween(share, share + 1));
    assertThat(CAPACITY - places.stream().mapToInt(Integer::intValue).sum())
        .isGreaterThanOrEqualTo(share);
    assertThat(shares.tryAcquire("new")).isTrue();
  }

  @Test
  void anotherClientIsServedWhateverOneDoes() {
    taken("greedy");
    for (int request = 0; request < 1000; request++) {
      assertThat(shares.tryAcquire("greedy")).isFalse();
      assertThat(shares.tryAcquire("modest")).isTrue();
      shares.release("modest");
    }
  }

  @Test
  void whoHeldMoreYieldsToWhoComesLater() {
    taken("early");
    taken("late");
    for (int turn = 0; turn < CAPACITY; turn++) {
      shares.release("early");
      shares.tryAcquire("late");
      shares.tryAcquire("early");
    }
    assertThat(released("early")).isBetween(CAPACITY / 3 - 1, CAPACITY / 3 + 1);
    assertThat(released("late")).isBetween(CAPACITY / 3 - 1, CAPACITY / 3 + 1);
  }

  @Test
  void hasPlacesForAsManyClientsAsItHasPlaces() {
    for (int client = 0; client < CAPACITY; client++) {
      assertThat(shares.tryAcquire("client " + client)).isTrue();
    }
    assertThat(shares.tryAcquire("one more")).isFalse();
  }

  @Test
  void waitsUntilAPlaceIsGivenBack() throws Exception {
    taken("one");
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> waitFor("one"));
    assertThat(waiting).isNotDone();

    shares.release("one");

    assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void givesUpWaiting() throws InterruptedException {
    taken("one");
    assertThat(shares.tryAcquire("one", Duration.ofMillis(5))).isFalse();
    assertThat(shares.tryAcquire("one", Duration.ZERO)).isFalse();
  }

  @Test
  void takesBackOnlyWhatWasTaken() {
    assertThatThrownBy(() -> shares.release("one")).isInstanceOf(IllegalStateException.class);
  }

  private int taken(String client) {
    int places = 0;
    while (shares.tryAcquire(client)) {
      places++;
    }
    return places;
  }

  /** Lets each client take a place after the other, until none may; returns what each holds. */
  private List<Integer> takenInTurn(int clients) {
    List<Integer> places = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      places.add(0);
    }
    boolean more = true;
    while (more) {
      more = false;
      for (int client = 0; client < clients; client++) {
        if (shares.tryAcquire("client " + client)) {
          places.set(client, places.get(client) + 1);
          more = true;
        }
      }
    }
    return places;
  }

  private int released(String client) {
    int places = 0;
    try {
      while (true) {
        shares.release(client);
        places++;
      }
    } catch (IllegalStateException allReleased) {
      return places;
    }
  }

  private boolean waitFor(String client) {
    try {
      return shares.tryAcquire(client, LONG);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
