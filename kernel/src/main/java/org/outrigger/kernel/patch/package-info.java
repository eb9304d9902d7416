/**
 * Patched call sites: where a program's file holds a {@code syscall} that may be reached by way of the runtime, and how.
 *
 * <p>{@link org.outrigger.kernel.patch.SiteFinder} proves sites in an ELF file, {@link org.outrigger.kernel.patch.SiteCache}
 * keeps what it found by {@link org.outrigger.kernel.patch.FileIdentity}, {@link org.outrigger.kernel.patch.PatchRule} says which
 * calls may be patched at all, and {@link org.outrigger.kernel.patch.Trampolines} encodes the bytes to write. Nothing here
 * touches a process.
 *
 * <p>A patch rewrites one instruction, the one before the {@code syscall}, and that runs in a trampoline; the {@code syscall}
 * stays and still works for what jumps to it. So no instruction begins in the middle of what is rewritten, and whatever stands
 * between the two, a signal frame that is returned to included, is right with the old code and with the new.
 *
 * <p>What makes a site (all of it, or the call is left to dispatch by SIGSYS): a known function contains it (an .eh_frame entry
 * or a symbol of type FUNC with a size); every known function that contains it decodes from its start to its end without an
 * unknown instruction, with the {@code syscall} at an instruction boundary and the same instruction before it; that one may be
 * displaced ({@link org.outrigger.kernel.patch.Displacement}); control flow from the start of one of these functions reaches it
 * by falling through and by direct branches alone, so that it is code and not data; no such branch goes to where the decoding
 * sees no boundary; and no direct branch of these functions, reached or not, goes into the middle of it.
 *
 * <p>An instruction of five bytes or more makes room for a far jump. One of two to four bytes makes room for a near one, to a
 * hole in padding where the far jump stands; {@link org.outrigger.kernel.patch.Padding} says what a hole is.
 */
package org.outrigger.kernel.patch;
