-- Hash over this event and, chained, all before it in its stream; null for an event that another program stored.
alter table event_journal add column chain bytea;
-- Which databases count, as this one was last told. Every write transaction compares its epoch with this row.
create table active_set (
  id smallint primary key check (id = 1),
  epoch bigint not null,
  members text not null
);
insert into active_set (id, epoch, members) values (1, 0, '');
create table active_set_history (
  epoch bigint primary key,
  members text not null,
  why text not null,
  by_whom varchar(255) not null,
  at timestamptz not null
);
-- Which one of which cluster this is, so that swapped addresses are found out.
create table database_identity (
  id smallint primary key check (id = 1),
  cluster varchar(36) not null,
  name varchar(31) not null
);
-- A series has the same number in every database: the first eight bytes of the SHA-256 of its name.
create function mainstay_series_id(name varchar) returns bigint language sql immutable as
  $$ select ('x' || substr(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint $$;
alter table sample drop constraint sample_series_id_fkey;
alter table sample alter column series_id type bigint;
update sample set series_id = mainstay_series_id(s.name) from sample_series s where s.id = sample.series_id;
alter table sample_series alter column id drop identity;
alter table sample_series alter column id type bigint;
update sample_series set id = mainstay_series_id(name);
drop function mainstay_series_id(varchar);
-- CRC-32C over number, time, value and quality; null for a sample that was stored before this column was.
alter table sample add column check_sum integer;
