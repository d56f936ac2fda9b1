/**
 * The content of a binding that has not been initialised yet. One value for the whole realm; a frame's slots and
 * captured environments may hold it, so the heap knows it by identity.
 */
export const TDZ: unique symbol = Symbol("uninitialised binding");
