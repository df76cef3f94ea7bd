package mainstay.node.provisioning.core;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Immutable map in the order of its keys. {@link #with} and {@link #without} share all but the path to the changed entry
 * with the original, so a change of a large configuration costs O(log n). An AVL tree.
 */
final class SortedTree<V> extends AbstractMap<String, V> {
  private static final SortedTree<?> EMPTY = new SortedTree<>(null);

  private final Node<V> root;

  private SortedTree(Node<V> root) {
    this.root = root;
  }

  @SuppressWarnings("unchecked") // holds no value of any type
  static <V> SortedTree<V> empty() {
    return (SortedTree<V>) EMPTY;
  }

  /** The map itself if it is such a tree already. */
  static <V> SortedTree<V> of(Map<String, V> map) {
    if (map instanceof SortedTree<V> tree) {
      return tree;
    }
    List<Map.Entry<String, V>> sorted = new ArrayList<>(map.entrySet());
    sorted.sort(Map.Entry.comparingByKey());
    return new SortedTree<>(build(sorted));
  }

  SortedTree<V> with(String key, V value) {
    return new SortedTree<>(put(root, key, value));
  }

  /** The same map if the key is not in it. */
  SortedTree<V> without(String key) {
    return containsKey(key) ? new SortedTree<>(remove(root, key)) : this;
  }

  @Override
  public V get(Object key) {
    var node = find(key);
    return node == null ? null : node.value;
  }

  @Override
  public boolean containsKey(Object key) {
    return find(key) != null;
  }

  @Override
  public int size() {
    return size(root);
  }

  @Override
  public Set<Entry<String, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<String, V>> iterator() {
        return new InOrder<>(root);
      }

      @Override
      public int size() {
        return SortedTree.this.size();
      }
    };
  }

  /** Entries on the longest path from the root. */
  int depth() {
    return height(root);
  }

  private Node<V> find(Object key) {
    if (!(key instanceof String wanted)) {
      return null;
    }
    var node = root;
    while (node != null) {
      int order = wanted.compareTo(node.key);
      if (order == 0) {
        return node;
      }
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }

  private record Node<V>(String key, V value, Node<V> left, Node<V> right, int height, int size) {}

  private static int height(Node<?> node) {
    return node == null ? 0 : node.height;
  }

  private static int size(Node<?> node) {
    return node == null ? 0 : node.size;
  }

  private static <V> Node<V> node(String key, V value, Node<V> left, Node<V> right) {
    return new Node<>(
        key,
        value,
        left,
        right,
        1 + Math.max(height(left), height(right)),
        1 + size(left) + size(right));
  }

  private static <V> Node<V> build(List<Map.Entry<String, V>> sorted) {
    if (sorted.isEmpty()) {
      return null;
    }
    int middle = sorted.size() / 2;
    var entry = sorted.get(middle);
    return node(
        entry.getKey(),
        entry.getValue(),
        build(sorted.subList(0, middle)),
        build(sorted.subList(middle + 1, sorted.size())));
  }

  private static <V> Node<V> put(Node<V> node, String key, V value) {
    if (node == null) {
      return node(key, value, null, null);
    }
    int order = key.compareTo(node.key);
    if (order == 0) {
      return node(key, value, node.left, node.right);
    }
    return order < 0
        ? balanced(node, put(node.left, key, value), node.right)
        : balanced(node, node.left, put(node.right, key, value));
  }

  private static <V> Node<V> remove(Node<V> node, String key) {
    int order = key.compareTo(node.key);
    if (order < 0) {
      return balanced(node, remove(node.left, key), node.right);
    }
    if (order > 0) {
      return balanced(node, node.left, remove(node.right, key));
    }
    if (node.left == null || node.right == null) {
      return node.left == null ? node.right : node.left;
    }
    var next = node.right;
    while (next.left != null) {
      next = next.left;
    }
    return balanced(next, node.left, remove(node.right, next.key));
  }

  /** The entry of {@code top} over two subtrees whose heights differ by at most 2. */
  private static <V> Node<V> balanced(Node<V> top, Node<V> left, Node<V> right) {
    if (height(left) > height(right) + 1) {
      return height(left.left) >= height(left.right)
          ? node(left.key, left.value, left.left, node(top.key, top.value, left.right, right))
          : node(
              left.right.key,
              left.right.value,
              node(left.key, left.value, left.left, left.right.left),
              node(top.key, top.value, left.right.right, right));
    }
    if (height(right) > height(left) + 1) {
      return height(right.right) >= height(right.left)
          ? node(right.key, right.value, node(top.key, top.value, left, right.left), right.right)
          : node(
              right.left.key,
              right.left.value,
              node(top.key, top.value, left, right.left.left),
              node(right.key, right.value, right.left.right, right.right));
    }
    return node(top.key, top.value, left, right);
  }

  private static final class InOrder<V> implements Iterator<Map.Entry<String, V>> {
    private final Deque<Node<V>> path = new ArrayDeque<>();

    InOrder(Node<V> root) {
      descend(root);
    }

    private void descend(Node<V> from) {
      for (var node = from; node != null; node = node.left) {
        path.push(node);
      }
    }

    @Override
    public boolean hasNext() {
      return !path.isEmpty();
    }

    @Override
    public Map.Entry<String, V> next() {
      if (path.isEmpty()) {
        throw new NoSuchElementException("the last entry has been read");
      }
      var node = path.pop();
      descend(node.right);
      return Map.entry(node.key, node.value);
    }
  }
}
