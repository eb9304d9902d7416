package org.outrigger.lab.html;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A chromium without a window, driven by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol). */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final String LISTENING = "DevTools listening on ";
    private static final long LIMIT_S = 60;

    private final Process process;
    private final HttpClient client;
    private final WebSocket socket;
    private final AtomicInteger number = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private String session = "";

    /** The browser's program, where there is one. */
    static Optional<Path> installed() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            for (String name : NAMES) {
                Path program = Path.of(folder, name);
                if (Files.isExecutable(program)) {
                    return Optional.of(program);
                }
            }
        }
        return Optional.empty();
    }

    Browser(Path program, Path profile) throws Exception {
        // Without a sandbox, since root has none; it opens what the tests wrote, and nothing else.
        List<String> line = List.of(program.toString(), "--headless=new", "--no-sandbox", "--disable-gpu",
        "--disable-dev-shm-usage",
                "--remote-debugging-port=0", "--user-data-dir=" + profile, "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions",
                "--hide-scrollbars", "about:blank");
        ProcessBuilder builder = new ProcessBuilder(line).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("HOME", profile.toString());
        process = builder.start();
        CompletableFuture<String> address = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> listen(address));
        client = HttpClient.newHttpClient();
        socket = client.newWebSocketBuilder().buildAsync(URI.create(address.get(LIMIT_S, TimeUnit.SECONDS)), new Answers())
                .get(LIMIT_S, TimeUnit.SECONDS);
    }

    /** Reads what the browser says, to its end, so that it never waits for a reader. */
    private void listen(CompletableFuture<String> address) {
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(LISTENING)) {
                    address.complete(line.substring(LISTENING.length()));
                }
                said.append(line).append('\n');
            }
            address.completeExceptionally(new IOException("the browser ended: " + said));
        } catch (IOException closed) {
            address.completeExceptionally(closed);
        }
    }

    /** Opens a file in a fresh tab of this size, in pixels, and waits until it is loaded. */
    void open(Path page, int width, int height) throws Exception {
        session = "";
        String target = call("Target.createTarget", Map.of("url", "about:blank")).get("targetId").asString();
        session = call("Target.attachToTarget", Map.of("targetId", target, "flatten", true)).get("sessionId").asString();
        events.clear();
        for (String domain : List.of("Page", "Network", "Log", "Runtime")) {
            call(domain + ".enable", Map.of());
        }
        size(width, height);
        call("Page.navigate", Map.of("url", page.toUri().toString()));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        while (events("Page.loadEventFired").isEmpty()) {
            if (System.nanoTime() > end) {
                throw new IOException(page + " was not loaded");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Makes the tab so wide and high. */
    void size(int width, int height) throws Exception {
        call("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile",
                false));
    }

    /** Shows the page as for this medium ({@code screen}, {@code print}) by day or by night. */
    void medium(String medium, boolean night) throws Exception {
        call("Emulation.setEmulatedMedia", Map.of("media", medium, "features",
                List.of(Map.of("name", "prefers-color-scheme", "value", night ? "dark" : "light"))));
    }

    /** The value of an expression of JavaScript, which must be one of JSON. */
    JsonNode value(String expression) throws Exception {
        JsonNode answer = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new IOException(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.get("result").path("value");
    }

    /** A picture of the whole page, as PNG. */
    byte[] picture() throws Exception {
        JsonNode size = call("Page.getLayoutMetrics", Map.of()).get("cssContentSize");
        return bytes(call("Page.captureScreenshot", Map.of("captureBeyondViewport", true, "clip", Map.of("x", 0, "y", 0,
                "width", size.get("width").asDouble(), "height", size.get("height").asDouble(), "scale", 1))));
    }

    /** The page as it is printed, as PDF. */
    byte[] printed() throws Exception {
        return bytes(call("Page.printToPDF", Map.of("preferCSSPageSize", true)));
    }

    private static byte[] bytes(JsonNode answer) {
        return Base64.getDecoder().decode(answer.get("data").asString());
    }

    /** What the page has asked for, by address. */
    List<String> requests() {
        return events("Network.requestWillBeSent").stream().map(event -> event.get("request").get("url").asString()).toList();
    }

    /** What went wrong in the page, in the browser's words: errors, warnings, and all that a script said. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (String event : List.of("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")) {
            events(event).forEach(one -> complaints.add(one.toString()));
        }
        return complaints;
    }

    private List<JsonNode> events(String method) {
        return events.stream().filter(event -> event.get("method").asString().equals(method)).map(event ->
                event.get("params")).toList();
    }

    private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
        int id = number.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        Map<String, Object> message = new HashMap<>(Map.of("id", id, "method", method, "params", parameters));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        socket.sendText(JsonMapper.shared().writeValueAsString(message), true).get(LIMIT_S, TimeUnit.SECONDS);
        JsonNode reply = answer.get(LIMIT_S, TimeUnit.SECONDS);
        if (reply.has("error")) {
            throw new IOException(method + ": " + reply.get("error"));
        }
        return reply.get("result");
    }

    /** Ends the browser with all of its processes. */
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        socket.abort();
        client.shutdownNow();
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle one : all) {
            one.onExit().join();
        }
    }

    /** Sorts what comes in. */
    private final class Answers implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            message.append(text);
            if (last) {
                JsonNode node = JsonMapper.shared().readTree(message.toString());
                message.setLength(0);
                if (node.has("id")) {
                    answers.remove(node.get("id").asInt()).complete(node);
                } else {
                    events.add(node);
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            answers.values().forEach(answer -> answer.completeExceptionally(error));
        }
    }
}
