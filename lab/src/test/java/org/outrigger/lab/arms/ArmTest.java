package org.outrigger.lab.arms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArmTest {

    @Test
    void anArmMayBeThereTwice() {
        List<Arm> arms = Arm.parse("lwk,linux,lwk,linux+tuned,lwk");
        assertEquals(List.of("lwk", "linux", "lwk#2", "linux+tuned", "lwk#3"), arms.stream().map(Arm::label).toList());
        assertEquals(ArmKind.LWK, arms.get(4).kind());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "lvk | lvk", "lwk,, | ''", "'' | ''", "lwk,linux+cgroups | linux+cgroups", "lwk#2 | lwk#2"})
    void unknownArms(String list, String wrong) {
        String message = assertThrows(IllegalArgumentException.class, () -> Arm.parse(list)).getMessage();
        assertEquals("there is no arm '" + wrong
                + "'; there are linux, native, linux+cgroup, linux+tuned, lwk, lwk+fifo, lwk+isolated",
                message);
    }
}
