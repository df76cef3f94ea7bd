package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class OpenApiTest {
  private static final HttpApiFixture API = new HttpApiFixture();
  private static final Pattern REFERENCE = Pattern.compile("\"\\$ref\"\\s*:\\s*\"#([^\"]+)\"");
  private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");

  @AfterAll
  static void close() {
    API.close();
  }

  @Test
  void everyRouteIsInTheDocumentAndBack() {
    var documented = new TreeSet<String>();
    document()
        .get("paths")
        .properties()
        .forEach(path -> path.getValue()
            .fieldNames()
            .forEachRemaining(
                method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

    var inCode = new TreeSet<String>();
    AccessTest.endpoints()
        .forEach(endpoint -> inCode.add(endpoint.method() + " " + endpoint.path()));

    assertThat(documented).isEqualTo(inCode);
  }

  @Test
  void theDocumentNamesTheNeededRole() {
    var paths = document().get("paths");

    assertThat(AccessTest.endpoints()).allSatisfy(endpoint -> {
      var operation =
          paths.get(endpoint.path().toString()).get(endpoint.method().toLowerCase(Locale.ROOT));
      if (endpoint.role().isPresent()) {
        assertThat(operation.get("x-role").asText())
            .isEqualTo(endpoint.role().get().name().toLowerCase(Locale.ROOT));
      } else {
        assertThat(operation.get("security")).isEmpty();
      }
    });
  }

  @Test
  void everyVariableOfAPathIsAParameter() {
    var document = document();
    document
        .get("paths")
        .properties()
        .forEach(path -> path.getValue().forEach(operation -> {
          Set<String> declared = new TreeSet<>();
          operation.path("parameters").forEach(parameter -> {
            var resolved = parameter.has("$ref")
                ? document.at(parameter.get("$ref").asText().substring(1))
                : parameter;
            if (resolved.get("in").asText().equals("path")) {
              declared.add(resolved.get("name").asText());
            }
          });
          var used = new TreeSet<String>();
          VARIABLE.matcher(path.getKey()).results().forEach(match -> used.add(match.group(1)));
          assertThat(declared).as(path.getKey()).isEqualTo(used);
        }));
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    var document = document();

    var references = REFERENCE
        .matcher(document.toString())
        .results()
        .map(match -> match.group(1))
        .toList();

    assertThat(references)
        .isNotEmpty()
        .allSatisfy(at -> assertThat(document.at(at).isMissingNode()).as(at).isFalse());
  }

  private static JsonNode document() {
    var response = API.send(API.request("/api/v1/openapi.json").GET());
    assertThat(response.status()).isEqualTo(200);
    return response.json();
  }
}
