package gleaner.scienceworld;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sun.misc.Unsafe;

/**
 * Copies a graph of objects: everything that can be reached, except what never changes (texts, boxed values, singletons,
 * classes) and what stands for itself (`keep`). The simulator knows no copying of its own and is not serialisable.
 *
 * While a copy is being made, the header of each original holds its number in place of its hash; `finish` puts the headers
 * back. A table by identity would be a list, since under -XX:hashCode=2 all hashes are the same. One thread only.
 */
final class Copier {
    private static final Unsafe UNSAFE = Header.UNSAFE;
    /** Numbers begin here, so that a hash of 1 is never taken for one. */
    private static final int FIRST = 2;
    private static final ClassValue<Layout> LAYOUTS = new ClassValue<>() {
        @Override
        protected Layout computeValue(Class<?> type) {
            return new Layout(type);
        }
    };

    private final Class<?> keptType;
    private final Object kept;
    private Object[] originals = new Object[8192];
    private Object[] copies = new Object[8192];
    private long[] headers = new long[8192];
    /** Numbers of originals that are locked, whose header cannot hold a number. */
    private final List<Integer> locked = new ArrayList<>();
    private int count;
    private int filled;

    /** Objects of `keep`'s class are not copied: `keep` takes their place. */
    Copier(Object keep) {
        kept = keep;
        keptType = keep.getClass();
    }

    /** The copy of `original`, whose contents are there after `finish`. */
    Object copy(Object original) throws InstantiationException {
        if (original == null) return null;
        if (original.getClass() == keptType) return kept;
        Layout layout = LAYOUTS.get(original.getClass());
        if (layout.isShared) return original;
        long header = Header.of(original);
        int number = numberOf(original, header);
        if (number >= 0) return copies[number];
        if (count == originals.length) grow();
        Object copy = layout.component == null
            ? UNSAFE.allocateInstance(original.getClass())
            : Array.newInstance(layout.component, Array.getLength(original));
        originals[count] = original;
        copies[count] = copy;
        headers[count] = header;
        if (Header.isPlain(header)) Header.set(original, Header.withHash(count + FIRST));
        else locked.add(count);
        count++;
        return copy;
    }

    /** An object of the same class with copied fields, for a singleton that `copy` would leave alone. */
    Object copyFields(Object singleton) throws InstantiationException {
        Object image = UNSAFE.allocateInstance(singleton.getClass());
        fill(singleton, image, new Layout(singleton.getClass(), false));
        return image;
    }

    /** Fills all copies. To be called once, whatever happened before, since it puts the originals' headers back. */
    void finish() throws InstantiationException {
        try {
            for (; filled < count; filled++) {
                Object original = originals[filled];
                fill(original, copies[filled], LAYOUTS.get(original.getClass()));
            }
        } finally {
            abandon();
        }
        for (int i = 0; i < count; i++) {
            boolean isPlain = Header.isPlain(headers[i]);
            int hash = isPlain ? Header.hash(headers[i]) : System.identityHashCode(originals[i]);
            Header.set(copies[i], Header.withHash(hash));
        }
    }

    /** Puts the originals' headers back. */
    void abandon() {
        for (int i = 0; i < count; i++) if (Header.isPlain(headers[i])) Header.set(originals[i], headers[i]);
    }

    /** Assigns every field of `from` to the same field of `to`, an object of the same class. */
    static void assign(Object from, Object to) {
        Layout layout = new Layout(from.getClass(), false);
        for (long offset : layout.references) UNSAFE.putObject(to, offset, UNSAFE.getObject(from, offset));
        assignPrimitives(from, to, layout);
    }

    private int numberOf(Object original, long header) {
        if (!Header.isPlain(header)) {
            for (int number : locked) if (originals[number] == original) return number;
            return -1;
        }
        int number = Header.hash(header) - FIRST;
        return number >= 0 && number < count && originals[number] == original ? number : -1;
    }

    private void grow() {
        originals = Arrays.copyOf(originals, count * 2);
        copies = Arrays.copyOf(copies, count * 2);
        headers = Arrays.copyOf(headers, count * 2);
    }

    private void fill(Object original, Object copy, Layout layout) throws InstantiationException {
        if (layout.component == null) {
            for (long offset : layout.references) UNSAFE.putObject(copy, offset, copy(UNSAFE.getObject(original, offset)));
            assignPrimitives(original, copy, layout);
        } else if (layout.component.isPrimitive()) {
            System.arraycopy(original, 0, copy, 0, Array.getLength(original));
        } else {
            Object[] from = (Object[]) original;
            Object[] to = (Object[]) copy;
            for (int i = 0; i < from.length; i++) to[i] = copy(from[i]);
        }
    }

    private static void assignPrimitives(Object from, Object to, Layout layout) {
        for (int i = 0; i < layout.primitives.length; i++) {
            long offset = layout.primitives[i];
            switch (layout.widths[i]) {
                case 1:
                    UNSAFE.putByte(to, offset, UNSAFE.getByte(from, offset));
                    break;
                case 2:
                    UNSAFE.putShort(to, offset, UNSAFE.getShort(from, offset));
                    break;
                case 4:
                    UNSAFE.putInt(to, offset, UNSAFE.getInt(from, offset));
                    break;
                default:
                    UNSAFE.putLong(to, offset, UNSAFE.getLong(from, offset));
            }
        }
    }

    /** How objects of a class are copied. */
    private static final class Layout {
        final boolean isShared;
        /** What an array consists of; null for other objects. */
        final Class<?> component;
        /** Offsets of the fields that refer to objects. */
        final long[] references;
        final long[] primitives;
        /** Bytes of each of `primitives`. */
        final int[] widths;

        Layout(Class<?> type) {
            this(type, isShared(type));
        }

        Layout(Class<?> type, boolean isShared) {
            this.isShared = isShared;
            component = type.getComponentType();
            List<Field> fields = isShared ? List.of() : fieldsOf(type);
            references = offsets(fields, false);
            primitives = offsets(fields, true);
            widths = fields.stream().map(Field::getType).filter(Class::isPrimitive).mapToInt(Layout::width).toArray();
        }

        private static boolean isShared(Class<?> type) {
            // Lambdas: hidden classes, whose fields Unsafe does not tell.
            boolean isLambda = type.getName().indexOf('/') >= 0;
            boolean isValue = type == String.class
                || type == Boolean.class
                || type == Character.class
                || (Number.class.isAssignableFrom(type) && type.getName().startsWith("java.lang."))
                || Enum.class.isAssignableFrom(type)
                || type == java.util.regex.Pattern.class;
            boolean isOfTheMachine = type == Class.class
                || Thread.class.isAssignableFrom(type)
                || ClassLoader.class.isAssignableFrom(type)
                || java.io.OutputStream.class.isAssignableFrom(type)
                || java.util.Random.class.isAssignableFrom(type);
            return isLambda || isValue || isOfTheMachine || isSingleton(type);
        }

        /** Scala's `object`. */
        private static boolean isSingleton(Class<?> type) {
            try {
                return type.getName().endsWith("$") && type.getField("MODULE$").getType() == type;
            } catch (NoSuchFieldException error) {
                return false;
            }
        }

        private static List<Field> fieldsOf(Class<?> type) {
            List<Field> fields = new ArrayList<>();
            for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
                for (Field field : owner.getDeclaredFields()) if (!Modifier.isStatic(field.getModifiers())) fields.add(field);
            }
            return fields;
        }

        private static long[] offsets(List<Field> fields, boolean isPrimitive) {
            return fields.stream()
                .filter(field -> field.getType().isPrimitive() == isPrimitive)
                .mapToLong(UNSAFE::objectFieldOffset)
                .toArray();
        }

        private static int width(Class<?> type) {
            if (type == boolean.class || type == byte.class) return 1;
            if (type == short.class || type == char.class) return 2;
            return type == int.class || type == float.class ? 4 : 8;
        }
    }
}
