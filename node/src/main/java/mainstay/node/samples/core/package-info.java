/** Where samples of a series may stand, and how the answers of several places become one. Values only. */
package mainstay.node.samples.core;
