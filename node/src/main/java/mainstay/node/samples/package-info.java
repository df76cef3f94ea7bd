/**
 * Samples that do not go into the databases of the installation: the lists of {@code mainstay.sample-databases}, started
 * beside everything else ({@link mainstay.node.samples.SampleDatabases}), the way of an engine's samples into them, and
 * the reading of a history that may stand in several places ({@link mainstay.node.samples.MergedHistory}).
 */
package mainstay.node.samples;
