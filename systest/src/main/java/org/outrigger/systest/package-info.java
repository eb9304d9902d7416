/** End-to-end tests: real programs, natively first, then on the LWK. */
package org.outrigger.systest;
