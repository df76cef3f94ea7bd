package mainstay.persistence.resync;

import java.sql.Connection;

/** A database in a synchronisation, on one session. */
record Side(String name, Connection session, ContentSql sql) {}
