/**
 * The outside view of a server. {@link mainstay.http.HttpApi} puts the resources of {@code route} together and binds
 * them to a port; {@link mainstay.http.HttpApiPorts} is all that it needs from inside: it talks to the cluster in the
 * messages of {@code mainstay.protocol} only.
 */
package mainstay.http;
