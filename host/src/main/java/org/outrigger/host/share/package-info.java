/**
 * Memory shared by name between the processes of a job: for Java programs that run in one, and for tools that look at it from
 * outside. {@link org.outrigger.host.share.SharedSegments} is where to begin. The registry of names is the LWK's; each call
 * is one connection to it, with one request and one reply ({@link org.outrigger.host.share.Wire}). C programs use
 * {@code outrigger.h}.
 */
package org.outrigger.host.share;
