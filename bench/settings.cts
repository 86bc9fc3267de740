/** What every arm of the benchmark has in common. */

/** What the model reads of a row, in its order. */
export const COLUMNS = ['amount', 'age', 'distance', 'hour'];
export const ROWS_PER_REQUEST = 500;
/** Requests at a time, where an arm can bound them. */
export const IN_FLIGHT = 4;
