/**
 * What else goes on on a core, and what an arm does about it: {@code outrigger noise}. {@link org.outrigger.lab.noise.NoiseLab}
 * runs a {@linkplain org.outrigger.lab.noise.NoiseKernel measuring loop} under each arm and each load in turn; what comes of
 * one run is a {@link org.outrigger.lab.noise.NoiseRun} with a {@link org.outrigger.lab.noise.Series} for each core; runs of
 * one arm under one load are a {@link org.outrigger.lab.noise.Cell}.
 */
package org.outrigger.lab.noise;
