-- The same words whoever writes them, however often: otherwise an attempt that reached one database only left them unequal.
alter table written_off drop column if exists by_server, drop column if exists at;
