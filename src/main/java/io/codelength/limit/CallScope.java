package io.codelength.limit;

/** What every long call carries: the wish to stop and the memory it may take. */
public record CallScope(Cancellation cancellation, MemoryBudget memory) {
    /** A scope nobody cancels, with the given budget in bytes. */
    public static CallScope withMemory(long limitBytes) {
        return new CallScope(new Cancellation(), new MemoryBudget(limitBytes));
    }

    public void throwIfCancelled() {
        cancellation.throwIfCancelled();
    }
}
