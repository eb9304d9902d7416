/** Linux facts only: numbers, flags, structure layouts, errno, ELF. */
package org.outrigger.abi;
