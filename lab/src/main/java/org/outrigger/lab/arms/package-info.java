/**
 * Arms: the ways in which one program is run, so that they can be compared. {@link org.outrigger.lab.arms.Arm} is a name on the
 * command line, {@link org.outrigger.lab.arms.Ground} the machine as it may be used, {@link org.outrigger.lab.arms.Stage} an
 * arm made ready: it holds what has been changed of the machine, and starts programs.
 *
 * <p>Programs are started through {@code outrigger-keep} ({@code keep.c}), and changes are told to it before they are made. It
 * ends and restores all when this process asks, and when this process is killed.
 */
package org.outrigger.lab.arms;
