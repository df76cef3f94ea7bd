package mainstay.node.provisioning.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SortedTreeTest {
  @Test
  void itHoldsWhatASortedMapHoldsAfterAnyChanges() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var expected = new TreeMap<String, Integer>();
    SortedTree<Integer> tree = SortedTree.empty();

    for (int i = 0; i < 20_000; i++) {
      var key = "k" + random.nextInt(500);
      if (random.nextInt(5) < 3) {
        tree = tree.with(key, i);
        expected.put(key, i);
      } else {
        tree = tree.without(key);
        expected.remove(key);
      }
      if (i % 100 == 0) {
        assertThat(new ArrayList<>(tree.entrySet()))
            .as("seed %d", seed)
            .isEqualTo(new ArrayList<>(expected.entrySet()));
        assertThat(tree.size()).as("seed %d", seed).isEqualTo(expected.size());
      }
      assertThat(tree.get(key)).as("seed %d", seed).isEqualTo(expected.get(key));
    }
  }

  @Test
  void aChangeLeavesTheOriginalAsItWas() {
    var original = SortedTree.of(Map.of("a", 1, "b", 2));

    assertThat(original.with("a", 3).without("b")).isEqualTo(Map.of("a", 3));
    assertThat(original).isEqualTo(Map.of("a", 1, "b", 2));
    assertThatThrownBy(() -> original.put("c", 3))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void itStaysShallowWhenKeysComeInOrder() {
    SortedTree<Integer> tree = SortedTree.empty();
    for (int i = 0; i < 100_000; i++) {
      tree = tree.with(String.format("%06d", i), i);
    }

    assertThat(tree.depth()).isLessThanOrEqualTo(24);
    assertThat(SortedTree.of(new TreeMap<>(tree)).depth()).isEqualTo(17);
  }
}
