/** The machine as it was while something was measured on it, and the form of the reports in JSON. */
package org.outrigger.lab.environment;
