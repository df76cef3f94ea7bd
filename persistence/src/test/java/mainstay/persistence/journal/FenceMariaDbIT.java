package mainstay.persistence.journal;

import mainstay.persistence.testing.OnMariaDb;

@OnMariaDb
class FenceMariaDbIT extends FenceIT {}
