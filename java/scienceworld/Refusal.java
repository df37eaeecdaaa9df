package gleaner.scienceworld;

/** A request that cannot be answered as it is; the simulator is as it was before. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    final String code;

    Refusal(String code, String message) {
        super(message);
        this.code = code;
    }
}
