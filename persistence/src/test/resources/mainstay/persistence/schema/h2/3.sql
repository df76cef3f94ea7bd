alter table written_off drop column by_server;
alter table written_off drop column at;
