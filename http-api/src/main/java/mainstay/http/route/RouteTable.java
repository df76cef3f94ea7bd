package mainstay.http.route;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds what a request is for. Where several templates fit, the one with most literal segments counts. */
public final class RouteTable {
  /**
   * @param index of the endpoint in {@link #endpoints()}
   * @param variables of its path, decoded
   */
  public record Match(int index, Map<String, String> variables) {}

  private final List<Endpoint> endpoints;

  /** @throws IllegalStateException if two endpoints have one method and path */
  public RouteTable(List<Endpoint> endpoints) {
    this.endpoints = endpoints.stream()
        .sorted(Comparator.comparingInt((Endpoint endpoint) -> endpoint.path().literals())
            .reversed())
        .toList();
    var names = new TreeSet<String>();
    for (Endpoint endpoint : endpoints) {
      if (!names.add(endpoint.method() + " " + endpoint.path())) {
        throw new IllegalStateException(
            endpoint.method() + " " + endpoint.path() + " is declared twice");
      }
    }
  }

  public List<Endpoint> endpoints() {
    return endpoints;
  }

  /** @param path decoded segments; a trailing slash is an empty last segment */
  public Optional<Match> match(String method, List<String> path) {
    for (int i = 0; i < endpoints.size(); i++) {
      Endpoint endpoint = endpoints.get(i);
      if (endpoint.method().equals(method)) {
        var variables = endpoint.path().match(path);
        if (variables.isPresent()) {
          return Optional.of(new Match(i, variables.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** Methods that the path takes; empty if there is no such path. */
  public Set<String> methods(List<String> path) {
    var methods = new TreeSet<String>();
    for (Endpoint endpoint : endpoints) {
      if (endpoint.path().match(path).isPresent()) {
        methods.add(endpoint.method());
      }
    }
    return methods;
  }
}
