package mainstay.persistence.journal;

import mainstay.persistence.testing.OnH2;

@OnH2
class FenceH2Test extends FenceIT {
  /** Its lock is the test's own, so there is no gap of a vendor to be looked for. */
  @Override
  int terms() {
    return 4;
  }
}
