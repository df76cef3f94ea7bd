package mainstay.node.provisioning.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "a",
        "db_1.example.org",
        "db1.example.org.",
        "x-1",
        "3com",
        "1.2.3.4",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "::1",
        "1::",
        "fe80::1",
        "2001:db8::8a2e:370:7334",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::ffff:10.0.0.1",
        "1:2:3:4:5:6:10.0.0.1"
      })
  void hostNamesAndIpAddressesAreHosts(String host) {
    assertThat(NetworkAddress.isHost(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "a..b",
        "-a",
        "a-",
        "a b",
        "a/b",
        "ä",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4.",
        "01.2.3.4",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "12345::",
        "g::",
        "10.0.0.1::",
        "::10.0.0.1:1",
        "::256.0.0.1",
        "fe80::1%eth0",
        "[::1]",
        "host:80"
      })
  void nothingElseIsAHost(String text) {
    assertThat(NetworkAddress.isHost(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://h", "https://h.example/", "HTTP://h:1/", "http://h:65535",
            "http://10.0.0.1:8080/a/b?c=d&e=%20",
        "http://[::1]:8080/alive", "http://[2001:db8::1]", "http://h?x", "http://h./a;b=(c)",
            "http://a-b.c-d/~x"
      })
  void webAddressesAreAcceptedAndThePlatformReadsThemToo(String url) {
    assertThat(NetworkAddress.complaintAboutUrl(url)).isEmpty();
    assertThat(URI.create(url).getHost()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "h",
        "/health",
        "http:h",
        "http:/h",
        "http://",
        "http:///a",
        "http://:80",
        "ftp://h",
        "http://a b/",
        "http://a_b/",
        "http://3com/",
        "http://256.1.1.1/",
        "http://::1/",
        "http://[::g]/",
        "http://[::1/",
        "http://[h]/",
        "http://u@h/",
        "http://u:p@h/",
        "http://h:/",
        "http://h:0",
        "http://h:65536",
        "http://h:8x",
        "http://h/a b",
        "http://h/%2",
        "http://h/%zz",
        "http://h/\n",
        "http://h/#fragment",
        "http://h/{id}",
        " http://h"
      })
  void otherAddressesAreRefused(String url) {
    assertThat(NetworkAddress.complaintAboutUrl(url)).isPresent();
  }

  @Test
  void textsOfAnyLengthAreJudged() {
    for (var part : List.of("a", "a.", "%20", "a%20", "1.", "1:", "::", "[", " ")) {
      var text = part.repeat(100_000);
      assertThat(NetworkAddress.isHost(text)).isFalse();
      assertThat(NetworkAddress.isPort(text)).isFalse();
      assertThat(NetworkAddress.complaintAboutUrl(text)).isPresent();
      assertThat(NetworkAddress.complaintAboutUrl("http://" + text)).isPresent();
      assertThat(NetworkAddress.complaintAboutUrl("http://h/ " + text)).isPresent();
    }
    assertThat(NetworkAddress.complaintAboutUrl("http://h/" + "a%20".repeat(100_000)))
        .isEmpty();
  }
}
