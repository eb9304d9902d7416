package org.outrigger.abi;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;

/** The public integral constants of a class, by name. */
final class Constants {

    private Constants() {
    }

    static Map<String, Long> of(Class<?> type) throws IllegalAccessException {
        Map<String, Long> constants = new TreeMap<>();
        for (Field field : type.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.get(null) instanceof Number value) {
                constants.put(field.getName(), value.longValue());
            }
        }
        return constants;
    }
}
