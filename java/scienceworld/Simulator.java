package gleaner.scienceworld;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The simulator with any number of states side by side. A state is everything that differs between two episodes: what hangs
 * below one PythonInterface, three singletons and the random generator. One state is in place at a time; changing it
 * costs nothing, copying it a millisecond.
 *
 * Reached by reflection alone, so that the shim compiles without the JAR.
 */
final class Simulator {
    private static final String INTERFACE = "scienceworld.runtime.pythonapi.PythonInterface";
    private static final String[] SINGLETONS = {
        "util.UniqueIdentifier$", "main.scala.scienceworld.runtime.SimplifierProcessor$"
    };

    /** What an episode begins with. */
    static final class Start {
        final String task;
        final int variation;
        final String simplifications;

        Start(String task, int variation, String simplifications) {
            this.task = task;
            this.variation = variation;
            this.simplifications = simplifications;
        }
    }

    private static final class State {
        Object root;
        /** What the singletons hold while this state is not in place. */
        final Object[] images = new Object[SINGLETONS.length];
        long[] generator;
        /** What the last action led to, or the room at the start. */
        String observation = "";
    }

    private final Object[] singletons = new Object[SINGLETONS.length];
    private final Generator generator = new Generator();
    private final Map<String, Method> methods = new HashMap<>();
    private final Map<String, State> states = new HashMap<>();
    /** Where tasks are loaded and gold paths are found; never an episode's. */
    private final State scratch = new State();
    private State inPlace = scratch;
    /** The catalogue of tasks, 200,000 objects that stepping does not need: all copies share one. */
    private Object catalogue;
    private String whyNoCopying;
    private boolean isTested;

    Simulator(boolean mayCopy) throws ReflectiveOperationException {
        whyNoCopying = mayCopy ? Header.problem() : "it was switched off";
        for (int i = 0; i < SINGLETONS.length; i++) {
            singletons[i] = singleton(SINGLETONS[i]);
            // Without copying there is one state, which is always in place.
            if (whyNoCopying == null) scratch.images[i] = Header.UNSAFE.allocateInstance(singletons[i].getClass());
        }
        Field self = Class.forName("scala.util.Random").getDeclaredField("self");
        self.setAccessible(true);
        self.set(singleton("scala.util.Random$"), generator);
        scratch.root = Class.forName(INTERFACE).getDeclaredConstructor().newInstance();
    }

    /** Why states cannot be copied here, so that only one can be held; null if they can. */
    String whyNoCopying() {
        return whyNoCopying;
    }

    /** Tasks and the number of their variations. */
    Map<String, Object> variationCounts() throws Exception {
        putInPlace(scratch);
        Map<String, Object> counts = new LinkedHashMap<>();
        for (String task : this.<List<String>>call("getTaskNames")) counts.put(task, call("getTaskMaxVariations", task));
        return counts;
    }

    /** The descriptions of all variations, made from the catalogue of tasks without building a world. */
    List<String> describe(String task) throws Exception {
        putInPlace(scratch);
        int count = checkTask(task);
        Object found = invoke(invoke(invoke(scratch.root, "taskMaker"), "getTask", task), "get");
        List<String> descriptions = new ArrayList<>();
        for (int variation = 0; variation < count; variation++) {
            // Some draw the order in which they name things; loading seeds the generator so.
            generator.setSeed(variation);
            String description = (String) invoke(invoke(found, "setupGoals", variation), "description");
            descriptions.add(description.trim());
        }
        return descriptions;
    }

    /** Begins an episode as `name`. */
    void load(String name, Start start) throws Exception {
        states.remove(name);
        loadScratch(start, false);
        if (whyNoCopying == null && !isTested) whyNoCopying = testCopying();
        isTested = true;
        State state = whyNoCopying == null ? copyOf(scratch) : scratch;
        if (state == scratch) states.clear();
        states.put(name, state);
        putInPlace(state);
        state.observation = quietly(() -> call("freeActionLook"));
    }

    /** The benchmark's own solution of a task. */
    List<String> goldPath(Start start) throws Exception {
        if (states.containsValue(scratch)) states.clear();
        // Paths of earlier tasks would be taken for this one's.
        Object finder = singleton("scienceworld.goldagent.PathFinder$");
        invoke(invoke(finder, "precomputedExhaustivePaths"), "clear");
        loadScratch(start, true);
        return new ArrayList<>(this.<List<String>>call("getGoldActionSequence"));
    }

    /** Does the actions, one after the other; each answer has what `with` asks for besides. */
    List<Map<String, Object>> play(String name, List<String> actions, List<String> with) throws Exception {
        State state = state(name);
        putInPlace(state);
        List<Map<String, Object>> steps = new ArrayList<>();
        for (String action : actions) {
            try {
                state.observation = call("step", action);
            } catch (Exception | StackOverflowError error) {
                // It stopped in the middle of something.
                states.remove(name);
                throw error;
            }
            Map<String, Object> answer = answer(state);
            answer.putAll(ask(name, with));
            steps.add(answer);
        }
        return steps;
    }

    /** How it is now, with the last observation. */
    Map<String, Object> look(String name) throws Exception {
        putInPlace(state(name));
        Map<String, Object> answer = answer(state(name));
        answer.put("noCopying", whyNoCopying);
        return answer;
    }

    /** Answers without changing anything: the generator is put back, since listing actions draws from it. */
    Map<String, Object> ask(String name, List<String> questions) throws Exception {
        putInPlace(state(name));
        Map<String, Object> answers = new LinkedHashMap<>();
        for (String question : questions) answers.put(question, quietly(() -> askOne(question)));
        return answers;
    }

    /** Makes `to` a state like `from`; answers as `look`. */
    Map<String, Object> copy(String from, String to) throws Exception {
        if (whyNoCopying != null) throw new Refusal("no_copying", whyNoCopying);
        states.put(to, copyOf(state(from)));
        return look(to);
    }

    void drop(List<String> names) {
        names.forEach(states::remove);
    }

    static Throwable causeOf(Throwable error) {
        Throwable cause = error;
        while (cause instanceof InvocationTargetException && cause.getCause() != null) cause = cause.getCause();
        return cause;
    }

    private interface Question<T> {
        T ask() throws Exception;
    }

    private <T> T quietly(Question<T> question) throws Exception {
        long[] before = generator.state();
        try {
            return question.ask();
        } finally {
            generator.setState(before);
        }
    }

    private Object askOne(String question) throws Exception {
        switch (question) {
            case "look":
                return call("freeActionLook");
            case "inventory":
                return call("freeActionInventory");
            case "actions":
                return new ArrayList<>(this.<List<String>>call("getValidActionObjectCombinations"));
            case "task":
                return call("getTaskDescription");
            case "goal":
                return call("getGoalProgressStr");
            case "digest":
                return digest();
            default:
                throw new Refusal("bad_request", "cannot be asked for '" + question + "'");
        }
    }

    private Map<String, Object> answer(State state) throws Exception {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("observation", state.observation);
        answer.put("score", call("getScore"));
        answer.put("completed", call("getCompleted"));
        answer.put("moves", call("getNumMoves"));
        return answer;
    }

    /** Equal digests: equal worlds, generators, scores and counters. */
    private String digest() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long[] before = generator.state();
        String world = quietly(this::world);
        Object identifiers = invoke(singletons[0], "count");
        String rest = Arrays.toString(before) + "|" + call("getScore") + "|" + call("getCompleted") + "|" + call("getNumMoves");
        byte[] hash = digest.digest((world + rest + "|" + identifiers).getBytes(StandardCharsets.UTF_8));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) text.append(String.format("%02x", hash[i]));
        return text.toString();
    }

    /** Every object as a tree; in 1.1.3, which has none, every object that can be reached. */
    private String world() throws Exception {
        if (methodOf(inPlace.root.getClass(), "getObjectTree", 1) != null) return call("getObjectTree", "");
        return this.<String>call("getPossibleObjectReferentLUTJSON") + call("freeActionLook") + call("freeActionInventory");
    }

    private void loadScratch(Start start, boolean gold) throws Exception {
        putInPlace(scratch);
        check(start);
        String error = call("load", start.task, start.variation, start.simplifications, gold);
        if (error != null && !error.isEmpty()) throw new Refusal("not_loaded", error);
    }

    /** The simulator itself takes anything, and scores -1 at every step. */
    private void check(Start start) throws Exception {
        int count = checkTask(start.task);
        if (start.variation < 0 || start.variation >= count) {
            String range = "0 to " + (count - 1);
            throw new Refusal("unknown_variation", "task " + start.task + " has variations " + range + ", not " + start.variation);
        }
        String known = call("getPossibleSimplifications");
        List<String> names = new ArrayList<>(Arrays.asList(known.split(", *")));
        names.add("easy");
        for (String name : start.simplifications.split(",")) {
            if (name.isEmpty() || names.contains(name)) continue;
            throw new Refusal("unknown_simplification", "unknown simplification '" + name + "': expected some of " + names);
        }
    }

    private int checkTask(String task) throws Exception {
        int count = (Integer) call("getTaskMaxVariations", task);
        if (count > 0) return count;
        throw new Refusal("unknown_task", "unknown task '" + task + "': expected one of " + variationCounts().keySet());
    }

    private State state(String name) {
        State state = states.get(name);
        if (state == null) throw new Refusal("no_state", "there is no state '" + name + "'");
        return state;
    }

    private void putInPlace(State state) {
        if (state == inPlace) return;
        park(inPlace);
        for (int i = 0; i < singletons.length; i++) Copier.assign(state.images[i], singletons[i]);
        generator.setState(state.generator);
        inPlace = state;
    }

    /** Writes what the singletons hold into the state's images of them. */
    private void park(State state) {
        for (int i = 0; i < singletons.length; i++) Copier.assign(singletons[i], state.images[i]);
        state.generator = generator.state();
    }

    private State copyOf(State original) throws Exception {
        if (original == inPlace) park(original);
        if (catalogue == null) catalogue = invoke(scratch.root, "taskMaker");
        Copier copier = new Copier(catalogue);
        State copy = new State();
        try {
            copy.root = copier.copy(original.root);
            for (int i = 0; i < singletons.length; i++) copy.images[i] = copier.copyFields(original.images[i]);
            copier.finish();
        } finally {
            copier.abandon();
        }
        copy.generator = original.generator.clone();
        copy.observation = original.observation;
        return copy;
    }

    /** Why a copy of the loaded task is not like it, or not independent of it; null if it is both. */
    private String testCopying() throws Exception {
        try {
            String before = digest();
            putInPlace(copyOf(scratch));
            if (!digest().equals(before)) return "a copied state differed from its original";
            call("step", "wait1");
            putInPlace(scratch);
            return digest().equals(before) ? null : "a copied state changed its original";
        } catch (Exception error) {
            putInPlace(scratch);
            return "a state could not be copied: " + causeOf(error);
        }
    }

    private static Object singleton(String name) throws ReflectiveOperationException {
        return Class.forName(name).getField("MODULE$").get(null);
    }

    @SuppressWarnings("unchecked")
    private <T> T call(String name, Object... arguments) throws Exception {
        return (T) invoke(inPlace.root, name, arguments);
    }

    private Object invoke(Object target, String name, Object... arguments) throws Exception {
        Method method = methods.computeIfAbsent(
            target.getClass().getName() + " " + name, key -> methodOf(target.getClass(), name, arguments.length));
        if (method == null) throw new Refusal("unsupported", "this simulator has no method " + name);
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException error) {
            Throwable cause = causeOf(error);
            if (cause instanceof Error) throw (Error) cause;
            throw cause instanceof Exception ? (Exception) cause : error;
        }
    }

    /** null: there is none. */
    private static Method methodOf(Class<?> type, String name, int arguments) {
        for (Method method : type.getMethods()) {
            if (!method.getName().equals(name) || method.getParameterCount() != arguments || method.isBridge()) continue;
            // A public method of a class that is not public.
            method.setAccessible(true);
            return method;
        }
        return null;
    }
}
