package gleaner.scienceworld;

import java.util.Random;

/**
 * java.util.Random, draw for draw, with a state that can be read and put back: it takes the place of the simulator's own
 * generator, so that questions can be asked without changing what happens next. Both algorithms are those that the
 * documentation of java.util.Random prescribes.
 */
final class Generator extends Random {
    private static final long serialVersionUID = 1;
    private static final long MULTIPLIER = 0x5DEECE66DL;
    private static final long MASK = (1L << 48) - 1;

    private long seed;
    private boolean hasNextGaussian;
    private double nextGaussian;

    /** The whole state: seed, whether a Gaussian is pending, and its bits. */
    long[] state() {
        return new long[] {seed, hasNextGaussian ? 1 : 0, Double.doubleToRawLongBits(nextGaussian)};
    }

    void setState(long[] state) {
        seed = state[0];
        hasNextGaussian = state[1] == 1;
        nextGaussian = Double.longBitsToDouble(state[2]);
    }

    @Override
    public void setSeed(long newSeed) {
        seed = (newSeed ^ MULTIPLIER) & MASK;
        hasNextGaussian = false;
    }

    @Override
    protected int next(int bits) {
        seed = (seed * MULTIPLIER + 0xBL) & MASK;
        return (int) (seed >>> (48 - bits));
    }

    @Override
    public double nextGaussian() {
        if (hasNextGaussian) {
            hasNextGaussian = false;
            return nextGaussian;
        }
        double x;
        double y;
        double square;
        do {
            x = 2 * nextDouble() - 1;
            y = 2 * nextDouble() - 1;
            square = x * x + y * y;
        } while (square >= 1 || square == 0);
        double multiplier = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
        nextGaussian = y * multiplier;
        hasNextGaussian = true;
        return x * multiplier;
    }
}
