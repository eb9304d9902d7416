/** The laboratory: what is measured, how it is compared, and how it is told. */
package org.outrigger.lab;
