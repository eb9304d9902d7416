/**
 * Competing work. {@link org.outrigger.lab.load.Load} is what a user asks for, {@link org.outrigger.lab.load.RunningLoad} what
 * goes on until it is closed.
 */
package org.outrigger.lab.load;
