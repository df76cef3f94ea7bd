package mainstay.persistence.journal;

import mainstay.persistence.testing.OnMariaDb;

@OnMariaDb
class JournalRulesMariaDbIT extends JournalRulesIT {}
