/** Arguments, text, JSON and exit status. */
package org.outrigger.cli;
