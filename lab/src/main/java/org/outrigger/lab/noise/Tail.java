package org.outrigger.lab.noise;

/** The quantiles that are told. */
public enum Tail {
    /** Half of the values. */
    MEDIAN("median", "median", 0.5),
    /** 99 % of them. */
    P99("p99", "99 %", 0.99),
    /** 99.9 %. */
    P99_9("p99_9", "99.9 %", 0.999),
    /** 99.99 %. */
    P99_99("p99_99", "99.99 %", 0.9999);

    private final String key;
    private final String text;
    private final double part;

    Tail(String key, String text, double part) {
        this.key = key;
        this.text = text;
        this.part = part;
    }

    /** The name in JSON, without a unit. */
    public String key() {
        return key;
    }

    /** The name for people. */
    public String text() {
        return text;
    }

    /** The part of the values at or below it. */
    public double part() {
        return part;
    }
}
