-- The tables of version 2 as they stand on PostgreSQL: the same names, columns and keys, so that content can be compared
-- and copied. Texts compare byte by byte; points in time are UTC. Each table is committed at once, so an interrupted
-- script begins anew and must find harmless what it has done.
-- Akka Persistence JDBC 5.2.1: its names and columns.
create table if not exists event_journal (
  ordering bigint not null auto_increment,
  persistence_id varchar(255) not null,
  sequence_number bigint not null,
  deleted boolean default false not null,
  writer varchar(255) not null,
  write_timestamp bigint,
  adapter_manifest varchar(255),
  event_ser_id integer not null,
  event_ser_manifest varchar(255) not null,
  event_payload longblob not null,
  meta_ser_id integer,
  meta_ser_manifest varchar(255),
  meta_payload longblob,
  -- Hash over this event and, chained, all before it in its stream; null for an event that another program stored.
  chain varbinary(16),
  primary key (persistence_id, sequence_number),
  unique key event_journal_ordering_idx (ordering)
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
create table if not exists event_tag (
  event_id bigint not null,
  tag varchar(256) not null,
  primary key (event_id, tag),
  constraint fk_event_journal foreign key (event_id) references event_journal (ordering) on delete cascade
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
create table if not exists snapshot (
  persistence_id varchar(255) not null,
  sequence_number bigint not null,
  created bigint not null,
  snapshot_ser_id integer not null,
  snapshot_ser_manifest varchar(255) not null,
  snapshot_payload longblob not null,
  meta_ser_id integer,
  meta_ser_manifest varchar(255),
  meta_payload longblob,
  primary key (persistence_id, sequence_number)
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
-- Who holds the current term of each service. Every write transaction of a service locks and compares this row.
create table if not exists service_term (
  service varchar(96) primary key,
  term bigint not null,
  server varchar(31) not null,
  incarnation varchar(22) not null
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
create table if not exists service_term_history (
  service varchar(96) not null,
  term bigint not null,
  server varchar(31) not null,
  incarnation varchar(22) not null,
  why mediumtext not null,
  taken_at datetime(6) not null,
  primary key (service, term)
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
-- Runs of a server that the others have downed: they get neither a term nor a lease any more.
create table if not exists written_off (
  server varchar(31) not null,
  incarnation varchar(22) not null,
  by_server varchar(31) not null,
  at datetime(6) not null,
  primary key (server, incarnation)
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
create table if not exists lease (
  name varchar(255) primary key,
  owner varchar(255),
  version bigint not null,
  expires datetime(6) not null
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
-- A series has the same number in every database: the first eight bytes of the SHA-256 of its name.
create table if not exists sample_series (
  id bigint primary key,
  name varchar(255) not null unique
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
-- quality: 0 GOOD, 1 BAD, 2 UNSET; check_sum: CRC-32C over number, time, value and quality
create table if not exists sample (
  series_id bigint not null,
  ts_ms bigint not null,
  val double,
  quality smallint not null,
  check_sum integer,
  primary key (series_id, ts_ms)
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
-- Which databases count, as this one was last told. Every write transaction locks and compares this row.
create table if not exists active_set (
  id smallint primary key check (id = 1),
  epoch bigint not null,
  members mediumtext not null
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
insert into active_set (id, epoch, members) values (1, 0, '') on duplicate key update id = id;
create table if not exists active_set_history (
  epoch bigint primary key,
  members mediumtext not null,
  why mediumtext not null,
  by_whom varchar(255) not null,
  at datetime(6) not null
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
-- Which one of which cluster this is, so that swapped addresses are found out.
create table if not exists database_identity (
  id smallint primary key check (id = 1),
  cluster varchar(36) not null,
  name varchar(31) not null
) engine = InnoDB default charset utf8mb4 collate utf8mb4_nopad_bin;
-- Which server each session is of, so that a new holder of a term can end those of its predecessor. Empty after a restart.
create table if not exists server_session (
  connection_id bigint primary key,
  name varchar(63) not null,
  key server_session_name (name)
) engine = MEMORY default charset ascii collate ascii_bin;
