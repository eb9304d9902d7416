/** Slots, doorbells and waiting strategies over shared memory. */
package org.outrigger.channel;
