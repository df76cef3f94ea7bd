package mainstay.protocol.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One object of the configuration. Its kind and id name it in the API; both are part of what is stored. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Dge.class, name = "dge"),
  @JsonSubTypes.Type(value = Device.class, name = "device"),
  @JsonSubTypes.Type(value = TestDefinition.class, name = "test"),
  @JsonSubTypes.Type(value = ManualPoint.class, name = "point"),
  @JsonSubTypes.Type(value = ServiceSettings.class, name = "service")
})
public sealed interface ConfigurationObject
    permits Dge, Device, TestDefinition, ManualPoint, ServiceSettings {
  String id();

  /** Part of the shape of each type, so not asked for again by the serializer. */
  ObjectKind objectKind();
}
