package org.outrigger.kernel.report;

import java.io.IOException;

/** A report cannot be written. The message names the file and the reason. */
public final class ReportException extends IOException {

    private static final long serialVersionUID = 1L;

    ReportException(String message, Throwable cause) {
        super(message, cause);
    }

    ReportException(String message) {
        super(message);
    }
}
