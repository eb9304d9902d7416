package org.outrigger.lab.stats;

/** The standard normal distribution. */
final class Normal {
    private static final double TAIL = 0.02425;
    private static final double[] A = {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
        1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00};
    private static final double[] B = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
        6.680131188771972e+01, -1.328068155288572e+01, 1};
    private static final double[] C = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
        -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00};
    private static final double[] D = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
        3.754408661907416e+00, 1};

    private Normal() {
    }

    /** The value below which a part of the distribution lies, to 1e-8 of it (P. Acklam's approximation, 2003). */
    static double quantile(double part) {
        if (!(part > 0 && part < 1)) {
            throw new IllegalArgumentException("a part of " + part);
        }
        if (part > 1 - TAIL) {
            return -quantile(1 - part);
        }
        if (part < TAIL) {
            double x = Math.sqrt(-2 * Math.log(part));
            return polynomial(C, x) / polynomial(D, x);
        }
        double x = part - 0.5;
        return x * polynomial(A, x * x) / polynomial(B, x * x);
    }

    /** The part of the distribution that lies below a value, to 1e-7 (M. Abramowitz, I. Stegun, 26.2.17). */
    static double below(double value) {
        if (value > 0) {
            return 1 - below(-value);
        }
        double t = 1 / (1 - 0.2316419 * value);
        double sum = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return Math.exp(-value * value / 2) / Math.sqrt(2 * Math.PI) * sum;
    }

    private static double polynomial(double[] factors, double x) {
        double sum = 0;
        for (double factor : factors) {
            sum = sum * x + factor;
        }
        return sum;
    }
}
