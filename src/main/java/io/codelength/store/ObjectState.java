package io.codelength.store;

/** How far an object is. */
enum ObjectState {
    /** Being written by a living service, or left by one that died. Never shown. */
    PENDING,
    /** Whole, verified and committed. */
    STORED
}
