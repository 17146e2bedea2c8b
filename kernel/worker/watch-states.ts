/** What the thread that runs cells is doing, as the thread beside it sees it. */
export const idle = 0;
export const running = 1;
/** A frame is being written: it must not be cut in two. */
export const writing = 2;
