package mainstay.node.provisioning.core;

import java.time.Instant;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.ObjectKind;

/** A change of the configuration, one version each. Stored and sent: names and fields are wire format. */
public sealed interface ConfigurationEvent extends CborSerializable {
  /** Of the whole configuration after this change; the first is 1. */
  long version();

  String requestId();

  /**
   * @param revision of the object after this change, see {@link Configuration}
   * @param created whether the object did not exist before
   */
  record ObjectPut(
      ConfigurationObject object,
      long version,
      long revision,
      boolean created,
      String requestId,
      String author,
      String comment,
      Instant at,
      long term)
      implements ConfigurationEvent {}

  /** @param revision the last that the object had */
  record ObjectDeleted(
      ObjectKind kind,
      String id,
      long version,
      long revision,
      String requestId,
      String author,
      String comment,
      Instant at,
      long term)
      implements ConfigurationEvent {}
}
