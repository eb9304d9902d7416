/**
 * One program under several arms: {@link org.outrigger.lab.compare.CompareRequest} is what a user asks for,
 * {@link org.outrigger.lab.compare.Comparer} runs it, {@link org.outrigger.lab.compare.CompareReport} holds every value that was
 * measured, and {@link org.outrigger.lab.compare.Finding} is what may be concluded from them.
 */
package org.outrigger.lab.compare;
