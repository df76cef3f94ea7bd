package mainstay.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import mainstay.node.client.ApiClient;

/** What a fresh demo gathers: this machine, its own servers and databases; and sixteen points to set. */
final class DefaultConfiguration {
  private static final String DEVICE = "this-machine";
  private static final int SETPOINTS = 16;

  private DefaultConfiguration() {}

  /** An object to create, in an order in which one may refer to an earlier one. */
  record Item(String kind, String id, JsonNode object) {
    String path() {
      return "/config/" + kind + "/" + id;
    }
  }

  static List<Item> of(DemoPlan plan) {
    var items = new ArrayList<Item>();
    items.add(new Item(
        "device",
        DEVICE,
        object(DEVICE, "This machine")
            .put("dge", "main")
            .put("address", "127.0.0.1")
            .put("enabled", true)));
    items.add(host("cpu", "CPU load", "1s"));
    items.add(host("memory", "Memory in use", "2s"));
    items.add(host("disk", "Disk in use", "5s"));
    for (DemoPlan.Server server : plan.servers()) {
      items.add(test(
          server.name() + "-alive",
          "Answer of " + server.name(),
          "http",
          "1s",
          "ms",
          "url",
          server.url() + "/alive"));
    }
    for (DemoPlan.Database database : plan.databases()) {
      items.add(test(
          database.name() + "-port",
          "Port of " + database.name(),
          "tcp",
          "1s",
          "ms",
          "port",
          Integer.toString(database.port())));
    }
    items.add(new Item(
        "test", "loopback-ping", test("loopback-ping", "Ping over loopback", "ping", "1s", "ms")));
    for (int n = 1; n <= SETPOINTS; n++) {
      String id = "setpoint-" + n;
      items.add(new Item(
          "point",
          id,
          object(id, "Setpoint " + n).put("unit", "°C").putNull("minimum").putNull("maximum")));
    }
    return items;
  }

  private static Item host(String metric, String name, String interval) {
    return test("host-" + metric, name, "host", interval, "%", "metric", metric);
  }

  private static Item test(
      String id, String name, String kind, String interval, String unit, String key, String value) {
    ObjectNode test = test(id, name, kind, interval, unit);
    test.withObjectProperty("parameters").put(key, value);
    return new Item("test", id, test);
  }

  private static ObjectNode test(
      String id, String name, String kind, String interval, String unit) {
    ObjectNode test = object(id, name)
        .put("device", DEVICE)
        .put("kind", kind)
        .put("interval", interval)
        .put("timeout", "800ms")
        .put("unit", unit)
        .put("enabled", true);
    test.putObject("parameters");
    return test;
  }

  private static ObjectNode object(String id, String name) {
    return ApiClient.JSON.createObjectNode().put("id", id).put("name", name);
  }
}
