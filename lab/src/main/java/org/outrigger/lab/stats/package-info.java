/** Statistics of few, noisy samples: medians, deviations, intervals of ratios. */
package org.outrigger.lab.stats;
