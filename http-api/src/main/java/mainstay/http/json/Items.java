package mainstay.http.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.OptionalLong;

/**
 * A list in a response.
 *
 * @param version of the configuration that it shows; left out where there is none
 * @param ageMillis how old the copy is that it was read from; left out unless a local read was asked for
 */
public record Items<T>(
    List<T> items,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) OptionalLong version,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) OptionalLong ageMillis) {
  public static <T> Items<T> of(List<T> items) {
    return new Items<>(items, OptionalLong.empty(), OptionalLong.empty());
  }
}
