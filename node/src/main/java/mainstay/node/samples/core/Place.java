package mainstay.node.samples.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import mainstay.node.provisioning.core.Configuration;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.TestDefinition;

/** Somewhere samples stand. */
public sealed interface Place {
  /** As answers name it that lack what it has. */
  String text();

  record Installation() implements Place {
    @Override
    public String text() {
      return "the databases of the installation";
    }
  }

  record Cluster(String name) implements Place {
    @Override
    public String text() {
      return "cluster " + name;
    }
  }

  /** The local database of a server. */
  record Server(ServerId name) implements Place {
    @Override
    public String text() {
      return "server " + name;
    }
  }

  /**
   * Where samples of a series may stand, the likeliest first: where its engine stores them now, and the databases of the
   * installation, where it may have stored them before. What stands in other places than these is not looked for.
   *
   * @param clusters for samples that this server knows; all of them may hold the series of a test that is gone
   */
  static List<Place> of(Configuration configuration, String series, Set<String> clusters) {
    var places = new ArrayList<Place>();
    var test = configuration.test(series);
    if (test.isPresent()) {
      test.map(TestDefinition::device)
          .flatMap(configuration::device)
          .map(Device::dge)
          .ifPresent(dge -> places.addAll(now(configuration, dge)));
    } else if (configuration.point(series).isEmpty()) {
      new TreeSet<>(clusters).forEach(name -> places.add(new Cluster(name)));
    }
    places.add(new Installation());
    return List.copyOf(places);
  }

  private static List<Place> now(Configuration configuration, String dge) {
    var database = configuration.performanceDatabase(dge);
    if (database.equals(PerformanceDatabase.LOCAL)) {
      return configuration.settingsFor(ServiceName.dge(dge)).serverList().servers().stream()
          .<Place>map(Server::new)
          .toList();
    }
    return database.list().<Place>map(Cluster::new).stream().toList();
  }
}
