package gleaner.scienceworld;

import java.lang.reflect.Field;
import sun.misc.Unsafe;

/**
 * The word in front of every object of HotSpot, which holds its identity hash. A copy must have the hash of its original,
 * else the hash tables that were copied with it look in the wrong places. Where the word is laid out otherwise (other JVMs,
 * compact headers) nothing is written and `problem` says why.
 */
final class Header {
    static final Unsafe UNSAFE = unsafe();
    private static final int SHIFT = shift();
    private static final String PROBLEM = problem(SHIFT);

    private Header() {}

    /** Why headers cannot be used in this JVM; null if they can. */
    static String problem() {
        return PROBLEM;
    }

    /** Whether all objects have one hash (-XX:hashCode=2): only then do sets of objects have the same order in every run. */
    static boolean isHashConstant() {
        int hash = System.identityHashCode(new Object());
        for (int i = 0; i < 3; i++) if (System.identityHashCode(new Object()) != hash) return false;
        return true;
    }

    static long of(Object object) {
        long header = UNSAFE.getLong(object, 0L);
        if (isPlain(header)) return header;
        // Asking for the hash ends a bias (before JDK 15).
        System.identityHashCode(object);
        return UNSAFE.getLong(object, 0L);
    }

    static void set(Object object, long header) {
        UNSAFE.putLong(object, 0L, header);
    }

    /** Whether the header holds a hash, and not a lock. */
    static boolean isPlain(long header) {
        return (header & 7) == 1;
    }

    static int hash(long header) {
        return (int) (header >>> SHIFT) & Integer.MAX_VALUE;
    }

    static long withHash(int hash) {
        return ((long) hash << SHIFT) | 1;
    }

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException | RuntimeException error) {
            return null;
        }
    }

    /** Where the hash begins; -1 if the header is not made of the hash and the mark of an unlocked object alone. */
    private static int shift() {
        if (UNSAFE == null) return -1;
        Object object = new int[1];
        long hash = System.identityHashCode(object);
        long header;
        try {
            header = UNSAFE.getLong(object, 0L);
        } catch (UnsupportedOperationException error) {
            // Announced for a Java after 24.
            return -1;
        }
        for (int shift = 8; shift <= 32; shift++) if (header == (hash << shift | 1)) return shift;
        return -1;
    }

    private static String problem(int shift) {
        if (UNSAFE == null) return "this JVM has no sun.misc.Unsafe";
        if (shift < 0) return "this JVM lays out object headers in another way";
        int[] object = new int[3];
        UNSAFE.putLong(object, 0L, ((long) 123456 << shift) | 1);
        System.gc();
        boolean isKept = System.identityHashCode(object) == 123456 && object.length == 3 && object.getClass() == int[].class;
        return isKept ? null : "this JVM does not keep an object's hash";
    }
}
