/** Measured values in table {@code sample}, one integer for each series. Written in batches behind the fence. */
package mainstay.persistence.samples;
