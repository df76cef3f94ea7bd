package mainstay.multijvm.cluster;

/** How to log in to one database of a cluster. */
public record DatabaseAccess(String name, String url, String user, String password) {
  @Override
  public String toString() {
    return name + " at " + url + " as " + user;
  }
}
