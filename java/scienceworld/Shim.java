package gleaner.scienceworld;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The ScienceWorld simulator as JSON lines on standard input and output: one request a line, one reply a line, in order.
 *
 *     java -XX:+UnlockExperimentalVMOptions -XX:hashCode=2 -cp scienceworld.jar:shim.jar gleaner.scienceworld.Shim
 *
 * A request names an operation and, mostly, a state: episodes live side by side under names that the client chooses.
 *
 *     {"id":1,"op":"load","state":"a","task":"boil","variation":3,"simplifications":"easy"}
 *     {"id":2,"op":"play","state":"a","actions":["look around"]}
 *     {"id":2,"steps":[{"observation":"…","score":0.0,"completed":false,"moves":0}]}
 *     {"id":3,"error":"unknown_task","message":"…"}
 *
 * Not a policy, not a server, knows nothing of step limits or rewards. The client is src/worlds/scienceworld/jvm.ts.
 */
public final class Shim {
    private static final int MAX_LINE_BYTES = 8 << 20;
    private static final long STACK_BYTES = 64L << 20;
    /** The exit status after running out of memory; HotSpot's own under -XX:+ExitOnOutOfMemoryError. */
    private static final int OUT_OF_MEMORY = 3;

    private final PrintStream out;
    private final Simulator simulator;
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    private Shim(PrintStream out, Simulator simulator) {
        this.out = out;
        this.simulator = simulator;
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        // The simulator prints several lines at each step, the first while its classes load.
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        Simulator simulator;
        try {
            simulator = new Simulator(!"off".equals(System.getProperty("gleaner.copying")));
        } catch (ReflectiveOperationException | LinkageError error) {
            Object classPath = System.getProperty("java.class.path");
            String message = "cannot start the simulator from the class path " + classPath + ": " + error;
            print(out, failure(0, "no_simulator", message));
            System.exit(4);
            return;
        }
        Shim shim = new Shim(out, simulator);
        print(out, shim.greeting());
        // The simulator recurses deeply, so it gets a thread with a large stack; this one only reads.
        new Thread(null, shim::answerAll, "simulator", STACK_BYTES).start();
        shim.readAll();
        if (arguments.length > 0 && arguments[0].equals("--exit-in-order")) System.exit(0);
        // The client is gone: nothing that is still computed can matter.
        Runtime.getRuntime().halt(0);
    }

    private String greeting() {
        return new Json.Writer()
            .put("id", 0)
            .put("ready", true)
            .put("java", System.getProperty("java.version") + " (" + System.getProperty("java.vm.name") + ")")
            .put("constantHash", Header.isHashConstant())
            .put("noCopying", simulator.whyNoCopying())
            .end();
    }

    /** Reads lines until the input ends, which may be in the middle of an answer. */
    private void readAll() throws IOException {
        InputStream in = new BufferedInputStream(System.in, 1 << 16);
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next != '\n') {
                if (line.size() <= MAX_LINE_BYTES) line.write(next);
                continue;
            }
            requests.add(line.size() > MAX_LINE_BYTES ? "" : new String(line.toByteArray(), StandardCharsets.UTF_8));
            line.reset();
        }
    }

    private void answerAll() {
        while (true) {
            try {
                print(out, answer(requests.take()));
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private String answer(String line) {
        long id = -1;
        try {
            Map<String, Object> request = Json.readObject(line);
            id = Json.integer(request, "id");
            Json.Writer reply = new Json.Writer().put("id", id);
            answer(request, reply);
            return reply.end();
        } catch (Refusal refusal) {
            return failure(id, refusal.code, refusal.getMessage());
        } catch (OutOfMemoryError error) {
            long megabytes = Runtime.getRuntime().maxMemory() >> 20;
            print(out, failure(id, "out_of_memory", "the heap of " + megabytes + " MB is full"));
            Runtime.getRuntime().halt(OUT_OF_MEMORY);
            return "";
        } catch (Throwable error) {
            return failure(id, "simulator_broke", description(Simulator.causeOf(error)));
        }
    }

    private void answer(Map<String, Object> request, Json.Writer reply) throws Throwable {
        switch (Json.text(request, "op")) {
            case "tasks":
                reply.put("tasks", simulator.variationCounts());
                break;
            case "describe":
                reply.put("descriptions", simulator.describe(Json.text(request, "task")));
                break;
            case "load":
                simulator.load(Json.text(request, "state"), start(request));
                reply.putAll(simulator.look(Json.text(request, "state")));
                break;
            case "gold":
                reply.put("actions", simulator.goldPath(start(request)));
                break;
            case "play":
                reply.put("steps", simulator.play(Json.text(request, "state"), Json.texts(request, "actions"), with(request)));
                break;
            case "ask":
                reply.putAll(simulator.ask(Json.text(request, "state"), with(request)));
                break;
            case "copy":
                reply.putAll(simulator.copy(Json.text(request, "from"), Json.text(request, "to")));
                break;
            case "drop":
                simulator.drop(Json.texts(request, "states"));
                break;
            default:
                throw new Refusal("bad_request", "unknown operation '" + Json.text(request, "op") + "'");
        }
    }

    private static Simulator.Start start(Map<String, Object> request) {
        int variation = (int) Json.integer(request, "variation");
        return new Simulator.Start(Json.text(request, "task"), variation, Json.text(request, "simplifications"));
    }

    /** What is asked for besides the observation: look, inventory, actions, goal, digest. */
    private static List<String> with(Map<String, Object> request) {
        return request.containsKey("with") ? Json.texts(request, "with") : List.of();
    }

    private static String failure(long id, String code, String message) {
        return new Json.Writer().put("id", id).put("error", code).put("message", message).end();
    }

    /** The error and where it happened, in a few lines. */
    private static String description(Throwable error) {
        StringBuilder text = new StringBuilder(error.toString());
        StackTraceElement[] trace = error.getStackTrace();
        for (int i = 0; i < Math.min(4, trace.length); i++) text.append(" at ").append(trace[i]);
        return text.toString();
    }

    private static synchronized void print(PrintStream out, String line) {
        out.print(line);
        out.print('\n');
        out.flush();
    }
}
