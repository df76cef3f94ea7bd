package mainstay.protocol.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What is asked of whoever is active for a service. Repeating a request with its id is harmless. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Provisioning.PutObject.class, name = "put-object"),
  @JsonSubTypes.Type(value = Provisioning.DeleteObject.class, name = "delete-object"),
  @JsonSubTypes.Type(value = Provisioning.GetObject.class, name = "get-object"),
  @JsonSubTypes.Type(value = Provisioning.ListObjects.class, name = "list-objects"),
  @JsonSubTypes.Type(value = Provisioning.GetHistory.class, name = "get-history"),
  @JsonSubTypes.Type(value = Points.SetValue.class, name = "set-value"),
  @JsonSubTypes.Type(value = Points.GetValue.class, name = "get-value"),
  @JsonSubTypes.Type(value = Points.ListPoints.class, name = "list-points")
})
public sealed interface ServiceRequest permits ServiceRequest.Read, ServiceRequest.Write {
  /** Answered from the state of the active server, after it has proven that its term is current. */
  sealed interface Read extends ServiceRequest permits Provisioning.Read, Points.Read {}

  /** Stored before it is answered. */
  sealed interface Write extends ServiceRequest permits Provisioning.Write, Points.Write {}
}
