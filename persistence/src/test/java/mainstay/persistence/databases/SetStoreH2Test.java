package mainstay.persistence.databases;

import mainstay.persistence.testing.OnH2;

@OnH2
class SetStoreH2Test extends SetStoreIT {}
