package mainstay.persistence.databases;

import mainstay.persistence.testing.OnMariaDb;

@OnMariaDb
class SetStoreMariaDbIT extends SetStoreIT {}
