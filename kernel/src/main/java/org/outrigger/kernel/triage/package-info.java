/**
 * Triage: deciding who serves a system call.
 *
 * <p>The decision for every call of the ABI stands in one readable list, {@code triage.table}: number, name, disposition,
 * reason. {@link org.outrigger.kernel.triage.TriageTable} reads it, lays a user's
 * {@link org.outrigger.kernel.triage.OverrideFile} over it and flattens the result to the arrays that the core-side runtime
 * indexes by number. Text, JSON and the compatibility document are written from the same table.
 */
package org.outrigger.kernel.triage;
