package org.outrigger.lab.compare;

import java.util.List;
import org.outrigger.lab.load.Load;

/**
 * The runs beside one load.
 *
 * @param load the load
 * @param what the command line that made it; empty for none
 * @param arms the arms, in the order of the request
 */
public record LoadRuns(Load load, String what, List<ArmRuns> arms) {
}
