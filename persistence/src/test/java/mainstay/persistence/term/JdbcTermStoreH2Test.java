package mainstay.persistence.term;

import mainstay.persistence.testing.OnH2;

@OnH2
class JdbcTermStoreH2Test extends JdbcTermStoreIT {}
