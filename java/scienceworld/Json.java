package gleaner.scienceworld;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * As much JSON as the shim needs. Reading throws Refusal with the column; writing makes one line, whatever is in the texts.
 * Not a library: the shim must compile and run with nothing but a JDK.
 */
final class Json {
    private static final int MAX_DEPTH = 16;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Map<String, Object> readObject(String text) {
        Json reader = new Json(text);
        Object value = reader.value(0);
        reader.skipBlanks();
        if (reader.at < text.length()) throw reader.wrong("the end");
        if (!(value instanceof Map)) throw new Refusal("bad_request", "expected a JSON object");
        @SuppressWarnings("unchecked")
        Map<String, Object> object = (Map<String, Object>) value;
        return object;
    }

    static String text(Map<String, Object> object, String key) {
        Object value = object.get(key);
        if (value instanceof String) return (String) value;
        throw new Refusal("bad_request", "expected a text as '" + key + "'");
    }

    static long integer(Map<String, Object> object, String key) {
        Object value = object.get(key);
        if (value instanceof Double && (Double) value == Math.rint((Double) value)) return ((Double) value).longValue();
        throw new Refusal("bad_request", "expected an integer as '" + key + "'");
    }

    static List<String> texts(Map<String, Object> object, String key) {
        List<String> texts = new ArrayList<>();
        if (!(object.get(key) instanceof List)) throw new Refusal("bad_request", "expected texts as '" + key + "'");
        for (Object item : (List<?>) object.get(key)) {
            if (!(item instanceof String)) throw new Refusal("bad_request", "expected texts as '" + key + "'");
            texts.add((String) item);
        }
        return texts;
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) throw wrong("less depth");
        skipBlanks();
        if (text.startsWith("true", at)) return constant("true", true);
        if (text.startsWith("false", at)) return constant("false", false);
        if (text.startsWith("null", at)) return constant("null", null);
        switch (peek()) {
            case '{':
                return object(depth);
            case '[':
                return list(depth);
            case '"':
                return string();
            default:
                return number();
        }
    }

    private Object constant(String name, Object value) {
        at += name.length();
        return value;
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        expect('{');
        if (isNext('}')) return object;
        do {
            skipBlanks();
            String key = string();
            expect(':');
            object.put(key, value(depth + 1));
        } while (isNext(','));
        expect('}');
        return object;
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        expect('[');
        if (isNext(']')) return list;
        do list.add(value(depth + 1));
        while (isNext(','));
        expect(']');
        return list;
    }

    private Double number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
        try {
            return Double.valueOf(text.substring(start, at));
        } catch (NumberFormatException error) {
            at = start;
            throw wrong("a value");
        }
    }

    private String string() {
        if (peek() != '"') throw wrong("a text");
        at++;
        StringBuilder string = new StringBuilder();
        while (peek() != '"') string.append(peek() == '\\' ? escaped() : text.charAt(at++));
        at++;
        return string.toString();
    }

    private char escaped() {
        at++;
        char letter = peek();
        int known = "nrtbf\"\\/".indexOf(letter);
        if (known >= 0) {
            at++;
            return "\n\r\t\b\f\"\\/".charAt(known);
        }
        if (letter != 'u' || at + 5 > text.length()) throw wrong("an escape");
        try {
            char decoded = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
            at += 5;
            return decoded;
        } catch (NumberFormatException error) {
            throw wrong("an escape");
        }
    }

    private void skipBlanks() {
        while (at < text.length() && text.charAt(at) <= ' ') at++;
    }

    private char peek() {
        if (at >= text.length()) throw wrong("more");
        return text.charAt(at);
    }

    private boolean isNext(char wanted) {
        skipBlanks();
        if (at >= text.length() || text.charAt(at) != wanted) return false;
        at++;
        return true;
    }

    private void expect(char wanted) {
        if (!isNext(wanted)) throw wrong("'" + wanted + "'");
    }

    private Refusal wrong(String expected) {
        return new Refusal("bad_request", "not JSON: expected " + expected + " at column " + (at + 1));
    }

    /** Writes one object. Values are texts, numbers, booleans, null, and lists and maps of them. */
    static final class Writer {
        private final StringBuilder json = new StringBuilder("{");

        Writer put(String key, Object value) {
            if (json.length() > 1) json.append(',');
            string(key);
            json.append(':');
            write(value);
            return this;
        }

        void putAll(Map<String, Object> values) {
            values.forEach(this::put);
        }

        String end() {
            return json.append('}').toString();
        }

        private void write(Object value) {
            if (value instanceof String) {
                string((String) value);
            } else if (value instanceof List) {
                json.append('[');
                String separator = "";
                for (Object item : (List<?>) value) {
                    json.append(separator);
                    write(item);
                    separator = ",";
                }
                json.append(']');
            } else if (value instanceof Map) {
                json.append('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    json.append(separator);
                    string((String) entry.getKey());
                    json.append(':');
                    write(entry.getValue());
                    separator = ",";
                }
                json.append('}');
            } else {
                json.append(value);
            }
        }

        private void string(String string) {
            json.append('"');
            for (int i = 0; i < string.length(); i++) {
                char letter = string.charAt(i);
                if (letter == '"' || letter == '\\') json.append('\\').append(letter);
                // Halves of surrogate pairs have no UTF-8 of their own.
                else if (letter < ' ' || Character.isSurrogate(letter)) json.append(String.format("\\u%04x", (int) letter));
                else json.append(letter);
            }
            json.append('"');
        }
    }
}
