/**
 * Patched call sites: where a program's file holds {@code mov $nr,%eax; syscall} that may be rewritten, and with what.
 *
 * <p>{@link org.outrigger.kernel.patch.SiteFinder} proves sites in an ELF file, {@link org.outrigger.kernel.patch.SiteCache}
 * keeps what it found by {@link org.outrigger.kernel.patch.FileIdentity}, {@link org.outrigger.kernel.patch.PatchRule} says which
 * calls may be patched at all, and {@link org.outrigger.kernel.patch.Trampolines} encodes the bytes to write. Nothing here
 * touches a process.
 *
 * <p>What makes a site (all of it, or the call is left to dispatch by SIGSYS): the bytes are {@code b8 imm32 0f 05} with a number
 * below 512; a known function contains them (an .eh_frame entry or a symbol of type FUNC with a size); every known function that
 * contains them decodes from its start to its end without an unknown instruction, with the {@code mov} and the {@code syscall} at
 * instruction boundaries; control flow from the start of one of these functions reaches the {@code mov} by falling through and by
 * direct branches alone, so that it is code and not data; no such branch goes to where the decoding sees no boundary; and no
 * direct branch of these functions, reached or not, goes into the middle of the {@code mov}. A branch to the {@code syscall} does
 * no harm: only the {@code mov} is rewritten.
 */
package org.outrigger.kernel.patch;
