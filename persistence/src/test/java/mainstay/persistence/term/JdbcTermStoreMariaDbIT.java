package mainstay.persistence.term;

import mainstay.persistence.testing.OnMariaDb;

@OnMariaDb
class JdbcTermStoreMariaDbIT extends JdbcTermStoreIT {}
