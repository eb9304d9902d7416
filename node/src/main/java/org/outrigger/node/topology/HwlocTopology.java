package org.outrigger.node.topology;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.outrigger.node.CpuSet;

/** The topology as hwloc 2 writes it: {@code lstopo --of xml}, hwloc2.dtd. */
final class HwlocTopology {
    private static final int WORD_BITS = 32;
    private static final int HEXADECIMAL = 16;
    /** Documents of hwloc 1 have no number of their form, or this one's; they nest otherwise. */
    private static final String OLD = "1.";

    private final List<Found> found = new ArrayList<>();
    /** For each object that is open and is no memory: the memory that hangs on it. It is counted after what is within. */
    private final Deque<List<Found>> memory = new ArrayDeque<>();
    private final Deque<Boolean> openMemory = new ArrayDeque<>();

    private HwlocTopology() {
    }

    /**
     * Reads a document.
     *
     * @throws IOException when it is none of hwloc's, or of hwloc 1
     */
    static Topology parse(byte[] xml) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            HwlocTopology topology = new HwlocTopology();
            topology.read(factory.createXMLStreamReader(new ByteArrayInputStream(xml)));
            return Topology.of(topology.found, "hwloc");
        } catch (XMLStreamException | IllegalArgumentException broken) {
            throw new IOException("not a topology of hwloc: " + broken.getMessage(), broken);
        }
    }

    private void read(XMLStreamReader xml) throws XMLStreamException {
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("topology")) {
                String version = xml.getAttributeValue(null, "version");
                if (version == null || version.startsWith(OLD)) {
                    throw new IllegalArgumentException("version " + version);
                }
            } else if (event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("object")) {
                open(xml);
            } else if (event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("object")) {
                if (!openMemory.pop()) {
                    found.addAll(memory.pop());
                }
            }
        }
    }

    private void open(XMLStreamReader xml) {
        String type = String.valueOf(xml.getAttributeValue(null, "type"));
        boolean isMemory = type.equals("NUMANode") || type.equals("MemCache");
        openMemory.push(isMemory);
        if (!isMemory) {
            memory.push(new ArrayList<>());
        }
        ObjectKind kind = switch (type) {
            case "Machine" -> ObjectKind.MACHINE;
            case "Package" -> ObjectKind.PACKAGE;
            case "NUMANode" -> ObjectKind.NUMANODE;
            case "Die" -> ObjectKind.DIE;
            case "L3Cache" -> ObjectKind.L3;
            case "L2Cache" -> ObjectKind.L2;
            case "Core" -> ObjectKind.CORE;
            case "PU" -> ObjectKind.PU;
            default -> null; // groups, devices, further caches
        };
        if (kind == null) {
            return;
        }
        String physical = xml.getAttributeValue(null, "os_index");
        Found object = new Found(kind, physical == null ? TopologyObject.UNKNOWN : Integer.parseUnsignedInt(physical),
                cpus(xml.getAttributeValue(null, "cpuset")));
        if (isMemory && memory.isEmpty()) {
            throw new IllegalArgumentException("memory outside the machine");
        }
        (isMemory ? memory.peek() : found).add(object);
    }

    /** A set as hwloc writes it: words of 32 bits in hexadecimal, the highest first; a word of zeros may be empty. */
    private static CpuSet cpus(String text) {
        if (text == null) {
            return CpuSet.EMPTY;
        }
        List<Integer> cpus = new ArrayList<>();
        String[] words = text.split(",", -1);
        for (int i = 0; i < words.length; i++) {
            String digits = words[i].startsWith("0x") ? words[i].substring(2) : words[i];
            int word = digits.isEmpty() ? 0 : Integer.parseUnsignedInt(digits, HEXADECIMAL);
            for (int bit = 0; bit < WORD_BITS; bit++) {
                if ((word & 1 << bit) != 0) {
                    cpus.add((words.length - 1 - i) * WORD_BITS + bit);
                }
            }
        }
        return CpuSet.of(cpus.stream().mapToInt(Integer::intValue).toArray());
    }
}
