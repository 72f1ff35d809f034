package ndop.fhir.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionSharesTest {

  private static final int CAPACITY = 20;

  private final ConnectionShares shares = new ConnectionShares(CAPACITY);
  private final List<Channel> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws IOException {
    for (Channel connection : opened) {
      connection.close();
    }
  }

  @Test
  void leaveRoomForAnotherClient() throws IOException {
    assertThat(admitted("one")).isEqualTo(CAPACITY / 2);
    assertThat(admitted("another")).isEqualTo(CAPACITY / 4);
    assertThat(shares.admits("third", open())).isTrue();
  }

  @Test
  void countOnlyConnectionsThatAreOpen() throws IOException {
    for (int connection = 0; connection < 10 * CAPACITY; connection++) {
      Channel one = open();
      assertThat(shares.admits("one", one)).isTrue();
      one.close();
    }
    assertThat(admitted("one")).isEqualTo(CAPACITY / 2);
  }

  private int admitted(String client) throws IOException {
    int connections = 0;
    while (shares.admits(client, open())) {
      connections++;
    }
    return connections;
  }

  private Channel open() throws IOException {
    Channel connection = SocketChannel.open();
    opened.add(connection);
    return connection;
  }
}
