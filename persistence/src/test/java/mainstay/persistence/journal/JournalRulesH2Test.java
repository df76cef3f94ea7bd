package mainstay.persistence.journal;

import mainstay.persistence.testing.OnH2;

@OnH2
class JournalRulesH2Test extends JournalRulesIT {}
