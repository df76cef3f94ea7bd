package mainstay.persistence.lease;

import mainstay.persistence.testing.OnMariaDb;

@OnMariaDb
class JdbcLeaseMariaDbIT extends JdbcLeaseIT {}
