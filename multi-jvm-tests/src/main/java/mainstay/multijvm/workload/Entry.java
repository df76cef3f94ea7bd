package mainstay.multijvm.workload;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One line of a {@link History}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "entry")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Operation.class, name = "operation"),
  @JsonSubTypes.Type(value = RoleSample.class, name = "role"),
  @JsonSubTypes.Type(value = FaultEvent.class, name = "fault"),
  @JsonSubTypes.Type(value = TermTaken.class, name = "term"),
  @JsonSubTypes.Type(value = JournalRow.class, name = "journal")
})
public sealed interface Entry permits Operation, RoleSample, FaultEvent, TermTaken, JournalRow {}
