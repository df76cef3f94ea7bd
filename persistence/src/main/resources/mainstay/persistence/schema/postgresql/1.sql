-- Akka Persistence JDBC 5.2.1: its names and columns, so that its journal, snapshot store and queries work on them.
create table if not exists event_journal (
  ordering bigserial,
  persistence_id varchar(255) not null,
  sequence_number bigint not null,
  deleted boolean default false not null,
  writer varchar(255) not null,
  write_timestamp bigint,
  adapter_manifest varchar(255),
  event_ser_id integer not null,
  event_ser_manifest varchar(255) not null,
  event_payload bytea not null,
  meta_ser_id integer,
  meta_ser_manifest varchar(255),
  meta_payload bytea,
  primary key (persistence_id, sequence_number)
);
create unique index if not exists event_journal_ordering_idx on event_journal (ordering);
create table if not exists event_tag (
  event_id bigint,
  tag varchar(256),
  primary key (event_id, tag),
  constraint fk_event_journal foreign key (event_id) references event_journal (ordering) on delete cascade
);
create table if not exists snapshot (
  persistence_id varchar(255) not null,
  sequence_number bigint not null,
  created bigint not null,
  snapshot_ser_id integer not null,
  snapshot_ser_manifest varchar(255) not null,
  snapshot_payload bytea not null,
  meta_ser_id integer,
  meta_ser_manifest varchar(255),
  meta_payload bytea,
  primary key (persistence_id, sequence_number)
);
-- Who holds the current term of each service. Every write transaction of a service compares its term with this row.
create table service_term (
  service varchar(96) primary key,
  term bigint not null,
  server varchar(31) not null,
  incarnation varchar(22) not null
);
create table service_term_history (
  service varchar(96) not null,
  term bigint not null,
  server varchar(31) not null,
  incarnation varchar(22) not null,
  why text not null,
  taken_at timestamptz not null,
  primary key (service, term)
);
-- Runs of a server that the others have downed: they get neither a term nor a lease any more.
create table written_off (
  server varchar(31) not null,
  incarnation varchar(22) not null,
  by_server varchar(31) not null,
  at timestamptz not null,
  primary key (server, incarnation)
);
create table lease (
  name varchar(255) primary key,
  owner varchar(255),
  version bigint not null,
  expires timestamptz not null
);
create table sample_series (
  id integer generated always as identity primary key,
  name varchar(255) not null unique
);
-- quality: 0 GOOD, 1 BAD, 2 UNSET
create table sample (
  series_id integer not null references sample_series (id),
  ts_ms bigint not null,
  val double precision,
  quality smallint not null,
  primary key (series_id, ts_ms)
);
